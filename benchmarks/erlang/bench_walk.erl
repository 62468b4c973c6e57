%% A little-endian pcap file, whose path is the one item: its packets, and of each with DNS over UDP the header and the first question.
-module(bench_walk).
-export([run/2, show/2, packet/2, question/2]).

run(packets, Paths) -> [packets(records(Path)) || Path <- Paths];
run(questions, Paths) -> [questions(records(Path)) || Path <- Paths].

show(packets, [Path]) -> [bench_leaves:text(Packet) || Packet <- all(records(Path), fun packet/2)];
show(questions, [Path]) ->
    [bench_leaves:text(Question) || Question <- all(records(Path), fun question/2), Question =/= other].

records(Path) ->
    {ok, <<16#d4c3b2a1:32, _:20/binary, Records/binary>>} = file:read_file(Path),
    Records.

packets(<<>>) -> ok;
packets(<<Seconds:32/little, Microseconds:32/little, Size:32/little, _:32, Frame:Size/binary, Rest/binary>>) ->
    _ = ?MODULE:packet(Seconds * 1000000 + Microseconds, Frame),
    packets(Rest).

questions(<<>>) -> ok;
questions(<<Seconds:32/little, Microseconds:32/little, Size:32/little, _:32, Frame:Size/binary, Rest/binary>>) ->
    _ = ?MODULE:question(Seconds * 1000000 + Microseconds, Frame),
    questions(Rest).

all(<<>>, _) -> [];
all(<<Seconds:32/little, Microseconds:32/little, Size:32/little, _:32, Frame:Size/binary, Rest/binary>>, Make) ->
    [Make(Seconds * 1000000 + Microseconds, Frame) | all(Rest, Make)].

packet(Time, Frame) -> {Time, byte_size(Frame), Frame}.

question(Time, <<_:12/binary, 16#0800:16, 4:4, Words:4, _:40, _:2, 0:14, _, 17, _:16, A, B, C, D, E, F, G, H, Rest/binary>>) ->
    Options = (Words - 5) * 4,
    <<_:Options/binary, Datagram/binary>> = Rest,
    datagram(Datagram, Time, {A, B, C, D}, {E, F, G, H});
question(Time, <<_:12/binary, 16#86dd:16, 6:4, _:44, 17, _, A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16,
                 I:16, J:16, K:16, L:16, M:16, N:16, O:16, P:16, Datagram/binary>>) ->
    datagram(Datagram, Time, {A, B, C, D, E, F, G, H}, {I, J, K, L, M, N, O, P});
question(_, _) ->
    other.

datagram(<<53:16, Target:16, _:32, Message/binary>>, Time, From, To) -> message(Message, Time, From, To, 53, Target);
datagram(<<Source:16, 53:16, _:32, Message/binary>>, Time, From, To) -> message(Message, Time, From, To, Source, 53);
datagram(_, _, _, _) -> other.

message(<<Id:16, QR:1, Opcode:4, AA:1, TC:1, RD:1, RA:1, Z:1, AD:1, CD:1, Rcode:4, QD:16, AN:16, NS:16, AR:16, Questions/binary>> = Message,
        Time, From, To, Source, Target) when QD > 0 ->
    Header = {Id, QR, Opcode, AA, TC, RD, RA, Z, AD, CD, Rcode, QD, AN, NS, AR},
    asked(Questions, Message, {Time, From, To, Source, Target, Header}, []);
message(_, _, _, _, _, _) ->
    other.

asked(<<0, Type:16, Class:16, _/binary>>, _, Packet, Labels) -> {Packet, lists:reverse(Labels), Type, Class};
asked(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Packet, Labels) -> asked(Rest, Message, Packet, [Label | Labels]);
asked(<<3:2, Place:14, Type:16, Class:16, _/binary>>, Message, Packet, Labels) ->
    {Packet, lists:reverse(Labels, bench_names:at(Place, Message)), Type, Class}.
