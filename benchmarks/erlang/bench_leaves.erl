%% What a term holds, in order: its numbers in decimal, its binaries in hexadecimal.
-module(bench_leaves).
-export([text/1]).

text(Term) -> lists:join($\s, leaves(Term)).

leaves(Number) when is_integer(Number) -> [integer_to_binary(Number)];
leaves(Bytes) when is_binary(Bytes) -> [[$x, binary:encode_hex(Bytes)]];
leaves(Tuple) when is_tuple(Tuple) -> leaves(tuple_to_list(Tuple));
leaves(List) -> lists:flatmap(fun leaves/1, List).
