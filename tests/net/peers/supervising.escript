#!/usr/bin/env escript
%%! +S 1
%% Runs cases on OTP's supervisor and prints what happened, one line a case; the cases are terms in the file that is named.
-mode(compile).
-export([init/1, begin_child/3]).

main([File]) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    register(scribe, spawn_link(fun() -> scribe([]) end)),
    {ok, Cases} = file:consult(File),
    lists:foreach(fun(Case) -> io:format("~s~n", [lists:join(",", run(Case))]) end, Cases).

%% A case: {Strategy, Intensity, [{Name, Restart, Numbers of the starts that fail}], [Event]}
run({Strategy, Intensity, Children, Events}) ->
    erase_starts(),
    Flags = #{strategy => Strategy, intensity => Intensity, period => 3600},
    case supervisor:start_link(?MODULE, {Flags, [spec(C) || C <- Children]}) of
        {ok, Sup} ->
            Me = self(),
            sys:install(Sup, {fun(S, {in, {'EXIT', Pid, _}}, _) -> Me ! {seen, Pid}, S; (S, _, _) -> S end, 0}),
            [event(Sup, E) || E <- Events],
            settle(Sup),
            case is_process_alive(Sup) of
                true -> exit(Sup, shutdown), receive {'EXIT', Sup, _} -> ok end;
                false -> receive {'EXIT', Sup, Reason} -> say("gave up ~p", [Reason]) end
            end;
        {error, {shutdown, {failed_to_start_child, Name, _}}} ->
            say("did not start ~p", [Name]),
            receive {'EXIT', _, _} -> ok after 0 -> ok end
    end,
    scribe ! {read, self()},
    receive {said, Lines} -> Lines end.

init(What) -> {ok, What}.

spec({Name, Restart, Fails}) ->
    #{id => Name, start => {?MODULE, begin_child, [Name, Fails, self()]}, restart => Restart, shutdown => 5000}.

begin_child(Name, Fails, _) ->
    case lists:member(ask({count, Name}), Fails) of
        true -> say("fail ~p", [Name]), {error, failed};
        false -> say("start ~p", [Name]), {ok, spawn_link(fun() -> process_flag(trap_exit, true), wait(Name) end)}
    end.

wait(Name) ->
    receive
        {'EXIT', _, Reason} -> say("stop ~p", [Name]), exit(Reason);
        {die, Reason} -> say("end ~p", [Name]), exit(Reason)
    end.

event(Sup, Event) ->
    try act(Sup, Event) of
        quiet -> ok;
        {error, _} -> say("error", []);
        _ -> say("ok", [])
    catch exit:_ -> say("error", [])
    end,
    settle(Sup).

act(Sup, {exit, Name, Reason}) ->
    case catch [Pid || {N, Pid, _, _} <- supervisor:which_children(Sup), N =:= Name, is_pid(Pid)] of
        [Pid] -> Pid ! {die, Reason}, receive {seen, Pid} -> quiet end;
        _ -> quiet
    end;
act(Sup, {stop, Name}) -> supervisor:terminate_child(Sup, Name);
act(Sup, {restart, Name}) -> supervisor:restart_child(Sup, Name);
act(Sup, {delete, Name}) -> supervisor:delete_child(Sup, Name);
act(Sup, {add, Child}) -> supervisor:start_child(Sup, spec(Child)).

%% A restart that fails is tried again by a message of the supervisor to itself: as many calls as that can be come after it.
settle(Sup) -> [catch supervisor:which_children(Sup) || _ <- lists:seq(1, 20)].

say(Format, Values) -> ask({say, lists:flatten(io_lib:format(Format, Values))}).
ask(What) -> scribe ! {What, self()}, receive {answer, Answer} -> Answer end.
erase_starts() -> ask(clear).

scribe(Lines) ->
    receive
        {{say, Line}, From} -> From ! {answer, ok}, scribe([Line | Lines]);
        {{count, Name}, From} ->
            Number = case get(Name) of undefined -> 1; N -> N + 1 end,
            put(Name, Number), From ! {answer, Number}, scribe(Lines);
        {clear, From} -> erase(), From ! {answer, ok}, scribe([]);
        {read, From} -> From ! {said, lists:reverse(Lines)}, scribe([])
    end.
