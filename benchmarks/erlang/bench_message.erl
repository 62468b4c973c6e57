%% Whole DNS messages, by a decoder written for them: tuples in the order of the wire, a name as the list of its labels.
%%
%% Every function passes on the bytes that are left as its first argument and ends with a call, as Erlang's efficiency guide advises: so
%% one match context serves all along a section.
-module(bench_message).
-export([run/2, show/2, decode/1]).
-import(bench_rdata, [data/3]).
-import(bench_names, [at/2]).

run(decode, []) -> ok;
run(decode, [Message | Rest]) ->
    _ = ?MODULE:decode(Message),
    run(decode, Rest).

show(decode, Messages) -> [bench_leaves:text(decode(Message)) || Message <- Messages].

decode(<<Id:16, QR:1, Opcode:4, AA:1, TC:1, RD:1, RA:1, Z:1, AD:1, CD:1, Rcode:4, QD:16, AN:16, NS:16, AR:16, Body/binary>> = Message) ->
    {Questions, Rest} = questions(Body, Message, QD, []),
    {Answers, Rest1} = records(Rest, Message, AN, []),
    {Authorities, Rest2} = records(Rest1, Message, NS, []),
    {Additionals, <<>>} = records(Rest2, Message, AR, []),
    {Id, QR, Opcode, AA, TC, RD, RA, Z, AD, CD, Rcode, QD, AN, NS, AR, Questions, Answers, Authorities, Additionals}.

questions(Rest, _, 0, Done) -> {lists:reverse(Done), Rest};
questions(Body, Message, Count, Done) -> asked(Body, Message, Count, Done, []).

asked(<<0, Rest/binary>>, Message, Count, Done, Labels) -> question(Rest, Message, Count, Done, lists:reverse(Labels));
asked(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Count, Done, Labels) ->
    asked(Rest, Message, Count, Done, [Label | Labels]);
asked(<<3:2, Place:14, Rest/binary>>, Message, Count, Done, Labels) ->
    question(Rest, Message, Count, Done, lists:reverse(Labels, at(Place, Message))).

question(<<Type:16, Class:16, Rest/binary>>, Message, Count, Done, Name) ->
    questions(Rest, Message, Count - 1, [{Name, Type, Class} | Done]).

records(Rest, _, 0, Done) -> {lists:reverse(Done), Rest};
records(Body, Message, Count, Done) -> owner(Body, Message, Count, Done, []).

owner(<<0, Rest/binary>>, Message, Count, Done, Labels) -> record(Rest, Message, Count, Done, lists:reverse(Labels));
owner(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Count, Done, Labels) ->
    owner(Rest, Message, Count, Done, [Label | Labels]);
owner(<<3:2, Place:14, Rest/binary>>, Message, Count, Done, Labels) ->
    record(Rest, Message, Count, Done, lists:reverse(Labels, at(Place, Message))).

record(<<Type:16, Class:16, TTL:32, Length:16, Data:Length/binary, Rest/binary>>, Message, Count, Done, Name) ->
    records(Rest, Message, Count - 1, [{Name, Type, Class, TTL, Length, data(Type, Data, Message)} | Done]).
