# Answers what the real matcher makes of a pattern: one request a line, one answer a line, both terms in the external format, in base64.
# A line that does not begin with `=` is no answer: the compiler prints too.
# What asks is oracle.py beside this file, which says what requests and answers look like.

defmodule Names do
  @moduledoc "The variables that a pattern binds: not those in sizes, not pinned ones, none that begins with an underscore."

  def elixir(pattern), do: pattern |> elixir([]) |> Enum.reverse() |> shown()

  defp elixir({:"::", _, [value, _specifiers]}, found), do: elixir(value, found)
  defp elixir({:^, _, _}, found), do: found
  defp elixir({:when, _, [pattern, _guard]}, found), do: elixir(pattern, found)
  defp elixir({name, _, context}, found) when is_atom(name) and is_atom(context), do: [name | found]
  defp elixir({function, _, arguments}, found) when is_list(arguments), do: elixir(arguments, elixir(function, found))
  defp elixir({left, right}, found), do: elixir(right, elixir(left, found))
  defp elixir(list, found) when is_list(list), do: Enum.reduce(list, found, &elixir/2)
  defp elixir(_, found), do: found

  def erlang(pattern, bound), do: shown(erlang_in(pattern, []) -- bound)

  defp erlang_in({:var, _, name}, found), do: [name | found]
  defp erlang_in({:bin_element, _, value, _, _}, found), do: erlang_in(value, found)
  defp erlang_in(tuple, found) when is_tuple(tuple), do: erlang_in(Tuple.to_list(tuple), found)
  defp erlang_in([head | tail], found), do: erlang_in(tail, erlang_in(head, found))
  defp erlang_in(_, found), do: found

  defp shown(names), do: names |> Enum.uniq() |> Enum.reject(&String.starts_with?(Atom.to_string(&1), "_"))
end

defmodule InElixir do
  @moduledoc "Elixir's answers: evaluated, or compiled into a module (slower, and stricter with a few patterns that are none)."

  def match(how, texts, bindings, input) do
    clauses =
      for {text, index} <- Enum.with_index(texts) do
        pattern = Code.string_to_quoted!(text)
        pairs = for name <- Names.elixir(pattern), do: {Atom.to_string(name), Macro.var(name, nil)}
        {:->, [], [[pattern], {:{}, [], [:match, index, {:%{}, [], pairs}]}]}
      end

    last = {:->, [], [[Macro.var(:_, nil)], :nomatch]}
    run(how, {:case, [], [Macro.var(:input__, nil), [do: clauses ++ [last]]]}, [{:input__, input} | bindings])
  end

  def value(how, text, bindings), do: {:ok, run(how, Code.string_to_quoted!(text), bindings)}

  # What guards may call is there without a word: `&&&` and its like, too.
  defp with_operators(quoted), do: {:__block__, [], [quote(do: import(Bitwise, warn: false)), quoted]}

  defp run(:eval, quoted, bindings), do: quoted |> with_operators() |> Code.eval_quoted(bindings) |> elem(0)

  defp run(:compiled, quoted, bindings) do
    arguments = for {name, _} <- bindings, do: Macro.var(name, nil)
    uses = for argument <- arguments, do: {:=, [], [Macro.var(:_, nil), argument]}
    body = {:__block__, [], uses ++ [with_operators(quoted)]}
    Module.create(Compiled, {:def, [], [{:run, [], arguments}, [do: body]]}, Macro.Env.location(__ENV__))
    apply(Compiled, :run, Keyword.values(bindings))
  end
end

defmodule InErlang do
  @moduledoc "Erlang's answers, always compiled: its evaluator does not check."

  def match(texts, bindings, input) do
    bound = Keyword.keys(bindings)

    clauses =
      for {text, index} <- Enum.with_index(texts) do
        [{:case, _, _, [{:clause, at, patterns, guards, _}]}] = parsed("case x of " <> text <> "\n -> x end.")
        pairs = for name <- Names.erlang(patterns, bound), do: {:map_field_assoc, at, binary(at, name), {:var, at, name}}
        {:clause, at, patterns, guards, [{:tuple, at, [{:atom, at, :match}, {:integer, at, index}, {:map, at, pairs}]}]}
      end

    last = {:clause, 1, [{:var, 1, :_}], [], [{:atom, 1, :nomatch}]}
    run([{:case, 1, {:var, 1, :Input__}, clauses ++ [last]}], [{:Input__, input} | bindings])
  end

  def value(text, bindings), do: {:ok, run(parsed(text <> "\n."), bindings)}

  defp parsed(text) do
    with {:ok, tokens, _} <- :erl_scan.string(String.to_charlist(text)),
         {:ok, expressions} <- :erl_parse.parse_exprs(tokens) do
      expressions
    else
      error -> throw({:refused, error})
    end
  end

  defp binary(at, name), do: {:bin, at, [{:bin_element, at, {:string, at, Atom.to_charlist(name)}, :default, :default}]}

  defp run(body, bindings) do
    arguments = for {name, _} <- bindings, do: {:var, 1, name}
    function = {:function, 1, :run, length(arguments), [{:clause, 1, arguments, [], body}]}
    forms = [{:attribute, 1, :module, :compiled}, {:attribute, 1, :export, [{:run, length(arguments)}]}, function]

    case :compile.forms(forms, [:binary, :return_errors]) do
      {:ok, module, code} ->
        :code.purge(module)
        {:module, _} = :code.load_binary(module, 'compiled', code)
        apply(module, :run, Keyword.values(bindings))

      error ->
        throw({:refused, error})
    end
  end
end

defmodule Oracle do
  @moduledoc "Reads requests and writes answers until the input ends."

  def answer({dialect, how, kind, what, bindings, input}) do
    bindings = for {name, value} <- bindings, do: {String.to_atom(name), value}

    try do
      case {dialect, kind} do
        {:elixir, :match} -> InElixir.match(how, what, bindings, input)
        {:elixir, :value} -> InElixir.value(how, what, bindings)
        {:erlang, :match} -> InErlang.match(what, bindings, input)
        {:erlang, :value} -> InErlang.value(what, bindings)
      end
    rescue
      error -> {:error, inspect(error.__struct__), Exception.message(error)}
    catch
      kind, what -> {:error, inspect(kind), inspect(what)}
    end
  end

  def serve do
    case IO.binread(:stdio, :line) do
      :eof ->
        :ok

      line ->
        request = line |> String.trim() |> Base.decode64!() |> :erlang.binary_to_term()
        request |> answer() |> :erlang.term_to_binary() |> Base.encode64() |> then(&IO.binwrite(:stdio, "=" <> &1 <> "\n"))
        serve()
    end
  end
end

Code.compiler_options(ignore_module_conflict: true)
Oracle.serve()
