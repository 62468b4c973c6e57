%% The data of records by type, in the layouts that the mix of messages has; what has none here stays a binary.
-module(bench_rdata).
-export([data/3]).
-import(bench_names, [name/2, whole/2]).

data(1, <<A, B, C, D>>, _) -> {A, B, C, D};
data(28, <<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16>>, _) -> {A, B, C, D, E, F, G, H};
data(5, Data, Message) -> whole(Data, Message);
data(2, Data, Message) -> whole(Data, Message);
data(12, Data, Message) -> whole(Data, Message);
data(15, <<Preference:16, Exchange/binary>>, Message) -> {Preference, whole(Exchange, Message)};
data(6, Data, Message) ->
    {Master, Rest} = name(Data, Message),
    {Responsible, <<Serial:32, Refresh:32, Retry:32, Expire:32, Minimum:32>>} = name(Rest, Message),
    {Master, Responsible, Serial, Refresh, Retry, Expire, Minimum};
data(41, Data, _) -> [{Code, Length, option(Code, Value)} || <<Code:16, Length:16, Value:Length/binary>> <= Data];
data(16, Data, _) -> strings(Data);
data(99, Data, _) -> strings(Data);
data(33, <<Priority:16, Weight:16, Port:16, Target/binary>>, Message) -> {Priority, Weight, Port, whole(Target, Message)};
data(46, <<Covered:16, Algorithm, Labels, TTL:32, Expiration:32, Inception:32, Tag:16, Rest/binary>>, Message) ->
    {Signer, Signature} = name(Rest, Message),
    {Covered, Algorithm, Labels, TTL, Expiration, Inception, Tag, Signer, Signature};
data(48, <<Flags:16, Protocol, Algorithm, Key/binary>>, _) -> {Flags, Protocol, Algorithm, Key};
data(43, <<Tag:16, Algorithm, Type, Digest/binary>>, _) -> {Tag, Algorithm, Type, Digest};
data(47, Data, Message) ->
    {Next, Windows} = name(Data, Message),
    {Next, windows(Windows)};
data(50, <<Hash, Reserved:7, OptOut:1, Iterations:16, S, Salt:S/binary, N, Next:N/binary, Windows/binary>>, _) ->
    {Hash, Reserved, OptOut, Iterations, Salt, Next, windows(Windows)};
data(51, <<Hash, Flags, Iterations:16, S, Salt:S/binary>>, _) -> {Hash, Flags, Iterations, Salt};
data(257, <<Critical:1, Reserved:7, Length, Tag:Length/binary, Value/binary>>, _) -> {Critical, Reserved, Tag, Value};
data(44, <<Algorithm, Type, Fingerprint/binary>>, _) -> {Algorithm, Type, Fingerprint};
data(35, <<Order:16, Preference:16, F, Flags:F/binary, S, Services:S/binary, R, Regexp:R/binary, Rest/binary>>, Message) ->
    {Order, Preference, Flags, Services, Regexp, whole(Rest, Message)};
data(13, <<C, Cpu:C/binary, O, Os:O/binary>>, _) -> {Cpu, Os};
data(64, Data, Message) -> service(Data, Message);
data(65, Data, Message) -> service(Data, Message);
data(_, Data, _) -> Data.

strings(Data) -> [String || <<Length, String:Length/binary>> <= Data].

windows(Data) -> [{Window, Bitmap} || <<Window, Length, Bitmap:Length/binary>> <= Data].

option(8, <<Family:16, Source, Scope, Address/binary>>) -> {Family, Source, Scope, Address};
option(10, <<Client:8/binary, Server/binary>>) -> {Client, Server};
option(11, <<Timeout:16>>) -> Timeout;
option(15, <<Info:16, Text/binary>>) -> {Info, Text};
option(_, Value) -> Value.

service(<<Priority:16, Rest/binary>>, Message) ->
    {Target, Parameters} = name(Rest, Message),
    {Priority, Target, [{Key, Length, parameter(Key, Value)} || <<Key:16, Length:16, Value:Length/binary>> <= Parameters]}.

parameter(1, Value) -> strings(Value);
parameter(3, <<Port:16>>) -> Port;
parameter(4, Value) -> [{A, B, C, D} || <<A, B, C, D>> <= Value];
parameter(6, Value) -> [{A, B, C, D, E, F, G, H} || <<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16>> <= Value];
parameter(_, Value) -> Value.
