using System.Management.Automation;
using LabRunner.Engine;

namespace LabRunner.Isolation;

/// <summary>The global variables of a worker's session, and the way back to them.</summary>
/// <remarks>Values are restored; a change inside of an object, such as a hashtable, stays.</remarks>
internal sealed class VariableBaseline
{
    // The engine's own, which it sets all the time, and what is restored in ways of its own.
    private static readonly string[] Untouched = ["?", "^", "$", "_", "Error", "PSDefaultParameterValues"];

    private readonly SessionState _session;
    private readonly SessionTables _tables;
    private readonly Dictionary<string, Known> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _untouched = new(Untouched, StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _strange = [];

    internal VariableBaseline(SessionState session, SessionTables tables)
    {
        _session = session;
        _tables = tables;
        foreach (var (name, variable) in _tables.Variables)
        {
            var value = variable.Value;

            // Computed variables give a new object each time: nothing to compare, and nothing to restore.
            if (_untouched.Contains(name) || variable.Options.HasFlag(ScopedItemOptions.Constant) || variable.Options.HasFlag(ScopedItemOptions.Private) || !ReferenceEquals(value, variable.Value))
            {
                _untouched.Add(name);
                continue;
            }

            _known[name] = new Known(variable, value, variable.Options, variable.Attributes.Count);
        }
    }

    /// <summary>Sets a variable for all operations from now on.</summary>
    internal void Settle(string name, object? value)
    {
        if (_known.TryGetValue(name, out var known))
        {
            if (!Equals(known.Variable.Value, value))
            {
                Assign(known.Variable, value);
            }

            known.Value = known.Variable.Value;
            return;
        }

        var variable = new PSVariable(name, value);
        _session.PSVariable.Set(variable);
        _known[name] = new Known(variable, variable.Value, variable.Options, 0);
    }

    /// <summary>Undoes what an operation has changed.</summary>
    /// <exception cref="RuntimeException">Something cannot be undone: it was made constant.</exception>
    internal void Restore()
    {
        var met = 0;
        foreach (var (name, variable) in _tables.Variables)
        {
            if (_known.TryGetValue(name, out var known))
            {
                met++;
                if (!ReferenceEquals(known.Variable, variable) || known.Options != variable.Options)
                {
                    _strange.Add(name);
                }
                else if (!ReferenceEquals(known.Value, variable.Value))
                {
                    if (variable.Attributes.Count != known.Attributes)
                    {
                        _strange.Add(name);
                        continue;
                    }

                    Assign(variable, known.Value);

                    // A number is boxed again.
                    known.Value = variable.Value;
                }
            }
            else if (!_untouched.Contains(name))
            {
                _strange.Add(name);
            }
        }

        foreach (var name in _strange)
        {
            if (_known.ContainsKey(name) || Find(name) is not { Module: not null })
            {
                _session.InvokeProvider.Item.Remove(["variable:" + name], recurse: false, force: true, literalPath: true);
            }
        }

        if (met < _known.Count || _strange.Count > 0)
        {
            PutBack();
        }

        _strange.Clear();
    }

    // A variable that an operation has removed, or replaced by one of its own.
    private void PutBack()
    {
        var present = _tables.Variables.Select(pair => pair.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, known) in _known.Where(pair => !present.Contains(pair.Key)).ToArray())
        {
            var variable = new PSVariable(name, known.Value, known.Options);
            _session.PSVariable.Set(variable);
            _known[name] = new Known(variable, variable.Value, known.Options, variable.Attributes.Count);
        }
    }

    private PSVariable? Find(string name) =>
        _tables.Variables.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static void Assign(PSVariable variable, object? value)
    {
        try
        {
            variable.Value = value;
        }
        catch (ValidationMetadataException)
        {
            // A preference that this engine takes no such value for.
        }
    }

    /// <summary>A variable as it was. A class, for a dictionary of structs of ours is code that the first call of a process must compile.</summary>
    private sealed class Known(PSVariable variable, object? value, ScopedItemOptions options, int attributes)
    {
        internal PSVariable Variable { get; } = variable;

        internal object? Value { get; set; } = value;

        internal ScopedItemOptions Options { get; } = options;

        internal int Attributes { get; } = attributes;
    }
}
