%% Does what is asked line by line on standard input, and answers in lines; ends when standard input does.
%%
%%   load NAME FILE             keep the items of a file, each behind its length in four bytes: "loaded COUNT"
%%   run MODULE WORK NAME N     Module:run(Work, Items), N times: the nanoseconds that took
%%   show MODULE WORK NAME      Module:show(Work, Items): its lines, and then "end"
%%
%% Items are persistent terms, so that no collection of garbage walks over them; work is done in a process of its own,
%% whose heap has room for a round's garbage.
-module(bench_machine).
-export([start/0]).

-define(HEAP_WORDS, 1 bsl 16).

start() ->
    spawn(fun() -> serve(open_port({fd, 0, 1}, [{line, 65536}, binary, eof])) end).

serve(Port) ->
    receive
        {Port, {data, {eol, Line}}} ->
            true = port_command(Port, asked(binary:split(Line, <<" ">>, [global]))),
            serve(Port);
        {Port, eof} ->
            halt()
    end.

asked([<<"load">>, Name, File]) ->
    {ok, Content} = file:read_file(File),
    Items = [binary:copy(Item) || <<Size:32, Item:Size/binary>> <= Content],
    persistent_term:put(Name, Items),
    io_lib:format("loaded ~b~n", [length(Items)]);
asked([<<"run">>, Module, Work, Name, Times]) ->
    {Run, What, Count} = {binary_to_atom(Module), binary_to_atom(Work), binary_to_integer(Times)},
    Nanoseconds = in_own_process(fun() -> repeat(Run, What, persistent_term:get(Name), Count) end),
    io_lib:format("~b~n", [Nanoseconds]);
asked([<<"show">>, Module, Work, Name]) ->
    {Show, What} = {binary_to_atom(Module), binary_to_atom(Work)},
    Lines = in_own_process(fun() -> Show:show(What, persistent_term:get(Name)) end),
    [[[Line, $\n] || Line <- Lines], "end\n"].

repeat(Module, Work, Items, Times) ->
    Start = erlang:monotonic_time(nanosecond),
    times(Module, Work, Items, Times),
    erlang:monotonic_time(nanosecond) - Start.

times(_, _, _, 0) -> ok;
times(Module, Work, Items, Times) ->
    Module:run(Work, Items),
    times(Module, Work, Items, Times - 1).

in_own_process(Work) ->
    {Process, Monitor} = spawn_opt(fun() -> exit({done, Work()}) end, [monitor, {min_heap_size, ?HEAP_WORDS}]),
    receive
        {'DOWN', Monitor, process, Process, {done, Result}} -> Result;
        {'DOWN', Monitor, process, Process, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
    end.
