%% Domain names as lists of labels: at the beginning of some bytes of a message, filling its bytes, or at a place of the message.
-module(bench_names).
-export([name/2, whole/2, at/2]).

name(Bytes, Message) -> name(Bytes, Message, []).

name(<<0, Rest/binary>>, _, Labels) -> {lists:reverse(Labels), Rest};
name(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Labels) -> name(Rest, Message, [Label | Labels]);
name(<<3:2, Place:14, Rest/binary>>, Message, Labels) -> {lists:reverse(Labels, at(Place, Message)), Rest}.

whole(Bytes, Message) -> whole(Bytes, Message, []).

whole(<<0>>, _, Labels) -> lists:reverse(Labels);
whole(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Labels) -> whole(Rest, Message, [Label | Labels]);
whole(<<3:2, Place:14>>, Message, Labels) -> lists:reverse(Labels, at(Place, Message)).

at(Place, Message) ->
    <<_:Place/binary, There/binary>> = Message,
    pointed(There, Message, Place).

%% Pointers lead from there backwards only, so every name ends.
pointed(<<0, _/binary>>, _, _) -> [];
pointed(<<0:2, Length:6, Label:Length/binary, Rest/binary>>, Message, Before) -> [Label | pointed(Rest, Message, Before)];
pointed(<<3:2, Place:14, _/binary>>, Message, Before) when Place < Before -> at(Place, Message).
