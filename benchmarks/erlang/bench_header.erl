%% A DNS header by one pattern: to a tuple of its thirteen names' values, and to a map.
-module(bench_header).
-export([run/2, show/2, tuple/1, map/1]).

run(tuple, Items) -> tuples(Items);
run(map, Items) -> maps(Items).

show(tuple, Items) -> [values(tuple_to_list(tuple(Item))) || Item <- Items];
show(map, Items) -> [named(map(Item)) || Item <- Items].

tuples([]) -> ok;
tuples([Data | Rest]) ->
    _ = ?MODULE:tuple(Data),
    tuples(Rest).

maps([]) -> ok;
maps([Data | Rest]) ->
    _ = ?MODULE:map(Data),
    maps(Rest).

tuple(<<Id:2/binary, QR:1, Opcode:4, AA:1, TC:1, RD:1, RA:1, _Reserved:3, Rcode:4, QD:16, AN:16, NS:16, AR:16, Answer/binary>>) ->
    {Id, QR, Opcode, AA, TC, RD, RA, Rcode, QD, AN, NS, AR, Answer};
tuple(Data) when is_binary(Data) ->
    nomatch.

map(<<Id:2/binary, QR:1, Opcode:4, AA:1, TC:1, RD:1, RA:1, _Reserved:3, Rcode:4, QD:16, AN:16, NS:16, AR:16, Answer/binary>>) ->
    #{message_id => Id, qr => QR, opcode => Opcode, flag_aa => AA, flag_tc => TC, flag_rd => RD, flag_ra => RA, rcode => Rcode,
      qd_count => QD, an_count => AN, ns_count => NS, ar_count => AR, answer => Answer};
map(Data) when is_binary(Data) ->
    nomatch.

values(Values) -> lists:join($\s, [value(Value) || Value <- Values]).

value(Value) when is_integer(Value) -> integer_to_binary(Value);
value(Value) -> binary:encode_hex(Value).

named(Map) ->
    Names = [message_id, qr, opcode, flag_aa, flag_tc, flag_rd, flag_ra, rcode, qd_count, an_count, ns_count, ar_count, answer],
    values([maps:get(Name, Map) || Name <- Names]).
