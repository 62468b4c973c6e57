#!/usr/bin/env escript
%%! +S 1
%% Takes connections one after the other: a line says how the rest is framed ({packet, Mode}); then every packet is sent back.
-mode(compile).

main([]) ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    io:format("~p~n", [Port]),
    serve(Listener).

serve(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    ok = inet:setopts(Socket, [{packet, line}]),
    {ok, Line} = gen_tcp:recv(Socket, 0),
    ok = gen_tcp:send(Socket, Line),
    ok = inet:setopts(Socket, [{packet, mode(string:trim(Line))}]),
    echo(Socket),
    serve(Listener).

mode(<<"line">>) -> line;
mode(<<"tpkt">>) -> tpkt;
mode(Number) -> binary_to_integer(Number).

echo(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Packet} -> ok = gen_tcp:send(Socket, Packet), echo(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.
