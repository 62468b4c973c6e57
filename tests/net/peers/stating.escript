#!/usr/bin/env escript
%%! +S 1
%% Runs cases on OTP's gen_statem and prints what happened, one line a case; the cases are terms in the file that is named.
-mode(compile).
-behaviour(gen_statem).
-export([init/1, callback_mode/0, handle_event/4]).

main([File]) ->
    logger:set_primary_config(level, none),
    {ok, Cases} = file:consult(File),
    lists:foreach(fun(Case) -> io:format("~s~n", [lists:join(",", run(Case))]) end, Cases).

%% A case: {[{{State, Key}, What, [Action]}], [Content]}
run({Rules, Contents}) ->
    Table = ets:new(said, [public, ordered_set]),
    {ok, Pid} = gen_statem:start(?MODULE, {maps:from_list([{Key, {What, Actions}} || {Key, What, Actions} <- Rules]), Table}, []),
    [begin gen_statem:cast(Pid, C), say(Table, timers(Pid)) end || C <- Contents],
    exit(Pid, kill),
    [Line || {_, Line} <- ets:tab2list(Table)].

%% Those that run once everything that came is handled.  To ask is also to wait for that.
timers(Pid) ->
    try sys:get_status(Pid) of
        {status, _, _, [_, _, _, _, Misc]} ->
            {"Time-outs", {_, Running}} = lists:keyfind("Time-outs", 1, lists:append([D || {data, D} <- Misc])),
            Names = lists:sort([name(element(1, T)) || T <- Running]),
            lists:join(" ", ["timers" | Names])
    catch
        exit:_ -> "stopped"
    end.

name(timeout) -> "event";
name(state_timeout) -> "state";
name({timeout, Name}) -> atom_to_list(Name).

callback_mode() -> [handle_event_function, state_enter].

init(Data) -> {ok, a, Data}.

handle_event(enter, Before, State, Data) -> follow(State, enter, io_lib:format("~p enter ~p", [State, Before]), Data);
handle_event(timeout, _, State, Data) -> follow(State, event, io_lib:format("~p event", [State]), Data);
handle_event(state_timeout, _, State, Data) -> follow(State, state, io_lib:format("~p state", [State]), Data);
handle_event({timeout, Name}, _, State, Data) -> follow(State, Name, io_lib:format("~p ~p", [State, Name]), Data);
handle_event(_, Content, State, Data) -> follow(State, Content, io_lib:format("~p ~p", [State, Content]), Data).

follow(State, Key, Line, {Rules, Table}) ->
    say(Table, Line),
    Enough = ets:info(Table, size) > 60,
    case maps:get({State, Key}, Rules, {keep, []}) of
        _ when Enough -> stop;
        {keep, Actions} -> {keep_state_and_data, Actions};
        {repeat, Actions} -> {repeat_state_and_data, Actions};
        {stop, _} -> stop;
        {Next, Actions} -> {next_state, Next, {Rules, Table}, Actions}
    end.

say(Table, Line) -> ets:insert(Table, {ets:info(Table, size), Line}).
