using System.Management.Automation;
using LabRunner.Engine;

namespace LabRunner.Isolation;

/// <summary>The functions and aliases of a worker's session, and the way back to them.</summary>
/// <remarks>
/// What a module brought stays with its module: modules are not undone, and a module without its commands would be of
/// no use to anybody. A stub of LabRunner's that was replaced by its module is replaced for good.
/// </remarks>
internal sealed class CommandBaseline
{
    private readonly SessionState _session;
    private readonly SessionTables _tables;
    private readonly Dictionary<string, (FunctionInfo Function, ScriptBlock Body)> _functions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (AliasInfo Alias, string Definition)> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _strange = [];

    internal CommandBaseline(SessionState session, SessionTables tables)
    {
        _session = session;
        _tables = tables;
        foreach (var (name, function) in _tables.Functions)
        {
            _functions[name] = (function, function.ScriptBlock);
        }

        foreach (var alias in _tables.Aliases)
        {
            _aliases[alias.Name] = (alias, alias.Definition);
        }
    }

    /// <summary>Undoes what an operation has changed.</summary>
    /// <exception cref="RuntimeException">Something cannot be undone: it was made constant.</exception>
    internal void Restore()
    {
        Functions();
        Aliases();
    }

    private void Functions()
    {
        var met = 0;
        foreach (var (name, function) in _tables.Functions)
        {
            if (_functions.TryGetValue(name, out var known))
            {
                met++;
                if (ReferenceEquals(known.Function, function) && ReferenceEquals(known.Body, function.ScriptBlock))
                {
                    continue;
                }
            }

            _strange.Add(name);
        }

        foreach (var name in _strange)
        {
            if (Find(name) is { Module: not null } ofModule)
            {
                _functions[name] = (ofModule, ofModule.ScriptBlock);
            }
            else
            {
                _session.InvokeProvider.Item.Remove([At("function", name)], recurse: false, force: true, literalPath: true);
            }
        }

        if (met < _functions.Count || _strange.Count > 0)
        {
            MissingFunctions();
        }

        _strange.Clear();
    }

    private void MissingFunctions()
    {
        var present = _tables.Functions.Select(pair => pair.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, known) in _functions.Where(pair => !present.Contains(pair.Key)).ToArray())
        {
            if (known.Function.Module is not null)
            {
                // Its module was removed, or is to be imported again; either way it is the module's.
                _functions.Remove(name);
                continue;
            }

            _session.InvokeProvider.Item.Set([At("function", name)], known.Body, force: true, literalPath: true);
            if (Find(name) is { } made)
            {
                made.Options = known.Function.Options;
                _functions[name] = (made, made.ScriptBlock);
            }
        }
    }

    private void Aliases()
    {
        var met = 0;
        foreach (var alias in _tables.Aliases)
        {
            if (_aliases.TryGetValue(alias.Name, out var known))
            {
                met++;
                if (ReferenceEquals(known.Alias, alias) && ReferenceEquals(known.Definition, alias.Definition))
                {
                    continue;
                }
            }

            _strange.Add(alias.Name);
        }

        foreach (var name in _strange)
        {
            if (FindAlias(name) is { Module: not null } ofModule)
            {
                _aliases[name] = (ofModule, ofModule.Definition);
            }
            else
            {
                _session.InvokeProvider.Item.Remove([At("alias", name)], recurse: false, force: true, literalPath: true);
            }
        }

        if (met < _aliases.Count || _strange.Count > 0)
        {
            MissingAliases();
        }

        _strange.Clear();
    }

    private void MissingAliases()
    {
        var present = _tables.Aliases.Select(alias => alias.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, known) in _aliases.Where(pair => !present.Contains(pair.Key)).ToArray())
        {
            if (known.Alias.Module is not null)
            {
                _aliases.Remove(name);
                continue;
            }

            _session.InvokeProvider.Item.Set([At("alias", name)], known.Definition, force: true, literalPath: true);
            if (FindAlias(name) is { } made)
            {
                made.Options = known.Alias.Options;
                _aliases[name] = (made, made.Definition);
            }
        }
    }

    private FunctionInfo? Find(string name) =>
        _tables.Functions.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private AliasInfo? FindAlias(string name) =>
        _tables.Aliases.FirstOrDefault(alias => alias.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // After the drive a name is literal, also one that looks like a pattern.
    private static string At(string drive, string name) => $"{drive}:{name}";
}
