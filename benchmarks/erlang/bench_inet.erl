%% Whole DNS messages by the decoder that comes with Erlang: records, a name as a string, the data of most newer types as a binary.
-module(bench_inet).
-export([run/2, show/2]).

run(decode, []) -> ok;
run(decode, [Message | Rest]) ->
    _ = inet_dns:decode(Message),
    run(decode, Rest).

show(decode, Messages) -> [shown(inet_dns:decode(Message)) || Message <- Messages].

%% The id, how many records each section has, the name of the first question, and the addresses of the answers' A records; or "refused".
shown({ok, Message}) ->
    [Questions | Sections] = [inet_dns:msg(Message, Section) || Section <- [qdlist, anlist, nslist, arlist]],
    Name = [inet_dns:dns_query(Question, domain) || Question <- lists:sublist(Questions, 1)],
    Addresses = [inet:ntoa(inet_dns:rr(Record, data)) || Record <- hd(Sections), inet_dns:rr(Record, type) =:= a],
    Numbers = [inet_dns:header(inet_dns:msg(Message, header), id) | [length(Section) || Section <- [Questions | Sections]]],
    lists:join($\t, [lists:join($\s, [integer_to_list(Number) || Number <- Numbers]), Name, lists:join($\s, Addresses)]);
shown({error, _}) -> "refused".
