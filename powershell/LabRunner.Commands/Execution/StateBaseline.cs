using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace LabRunner.Execution;

/// <summary>What a worker's session looked like before an operation, and the way back to it.</summary>
/// <remarks>
/// The default isolation is Shared: the next operation finds global variables, preferences, location, cultures,
/// <c>$Error</c> and <c>$LASTEXITCODE</c> as the first one did. Modules, functions and everything of the process stay.
/// </remarks>
internal sealed class StateBaseline
{
    private readonly SessionState _session;
    private readonly Dictionary<string, (PSVariable Variable, object? Value)> _variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _untouched = new(StringComparer.OrdinalIgnoreCase) { "?", "^", "$", "_", "Error", "PSDefaultParameterValues" };
    private readonly ArrayList? _errors;
    private List<string>? _added;
    private CallerState? _caller;
    private int _defaultsCount;
    private object? _defaults;
    private string? _location;

    internal StateBaseline(SessionState session)
    {
        _session = session;
        _errors = session.PSVariable.GetValue("Error") as ArrayList;
        foreach (var (name, variable) in GlobalVariables.Of(session))
        {
            var value = variable.Value;

            // Computed variables give a new object each time: nothing to compare, and nothing to restore.
            if (_untouched.Contains(name) || variable.Options.HasFlag(ScopedItemOptions.Constant) || variable.Options.HasFlag(ScopedItemOptions.Private) || !ReferenceEquals(value, variable.Value))
            {
                _untouched.Add(name);
                continue;
            }

            _variables[name] = (variable, value);
        }
    }

    /// <summary>Makes the session the caller's: from now on this is what is restored.</summary>
    internal void Adopt(CallerState caller)
    {
        // The last operation of the run before was followed by a restore: what is like it is there already.
        var isThere = _caller is { } before && caller.IsLike(before);
        _caller = caller;
        if (isThere)
        {
            return;
        }

        foreach (var (name, value) in caller.Preferences)
        {
            if (_variables.TryGetValue(name, out var known))
            {
                if (!Equals(known.Variable.Value, value))
                {
                    Assign(known.Variable, value);
                }

                _variables[name] = (known.Variable, known.Variable.Value);
            }
            else
            {
                var variable = new PSVariable(name, value);
                _session.PSVariable.Set(variable);
                _variables[name] = (variable, variable.Value);
            }
        }

        ResetDefaults();
        CultureInfo.CurrentCulture = caller.Culture;
        CultureInfo.CurrentUICulture = caller.UICulture;
        GoTo(caller.Location);
        _location = _session.Path.CurrentLocation.Path;
    }

    /// <summary>Undoes what an operation has changed.</summary>
    internal void Restore()
    {
        var met = 0;
        foreach (var (name, variable) in GlobalVariables.Of(_session))
        {
            if (_variables.TryGetValue(name, out var known))
            {
                met++;
                if (!ReferenceEquals(known.Variable, variable))
                {
                    (_added ??= []).Add(name);
                }
                else if (!ReferenceEquals(known.Value, variable.Value))
                {
                    Assign(variable, known.Value);
                    _variables[name] = (variable, variable.Value);
                }
            }
            else if (!_untouched.Contains(name))
            {
                (_added ??= []).Add(name);
            }
        }

        if (_added is { Count: > 0 })
        {
            Remove(_added);
        }

        if (met < _variables.Count)
        {
            PutBack();
        }

        _errors?.Clear();
        if (_caller is { } caller)
        {
            if (!ReferenceEquals(CultureInfo.CurrentCulture, caller.Culture))
            {
                CultureInfo.CurrentCulture = caller.Culture;
            }

            if (!ReferenceEquals(CultureInfo.CurrentUICulture, caller.UICulture))
            {
                CultureInfo.CurrentUICulture = caller.UICulture;
            }

            if (_session.PSVariable.GetValue("PSDefaultParameterValues") is var defaults && (!ReferenceEquals(defaults, _defaults) || (defaults as IDictionary)?.Count != _defaultsCount))
            {
                ResetDefaults();
            }

            if (_location is not null && _session.Path.CurrentLocation.Path != _location)
            {
                GoTo(_location);
            }
        }
    }

    private void PutBack()
    {
        var present = GlobalVariables.Of(_session).Select(pair => pair.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (variable, value) in _variables.Where(pair => !present.Contains(pair.Key)).Select(pair => pair.Value).ToArray())
        {
            _session.PSVariable.Set(variable);
            Assign(variable, value);
        }
    }

    private void Remove(List<string> names)
    {
        foreach (var name in names)
        {
            // A variable that was there before and was removed and made anew gets its old self back.
            _session.PSVariable.Remove("global:" + name);
            if (_variables.TryGetValue(name, out var known))
            {
                _session.PSVariable.Set(known.Variable);
                Assign(known.Variable, known.Value);
            }
        }

        names.Clear();
    }

    private void ResetDefaults()
    {
        var defaults = new DefaultParameterDictionary();
        if (_caller?.DefaultParameterValues is { } values)
        {
            foreach (DictionaryEntry entry in values)
            {
                defaults[entry.Key] = entry.Value;
            }
        }

        _session.PSVariable.Set("global:PSDefaultParameterValues", defaults);
        _defaults = _session.PSVariable.GetValue("PSDefaultParameterValues");
        _defaultsCount = defaults.Count;
    }

    private void GoTo(string location)
    {
        try
        {
            _session.Path.SetLocation(WildcardPattern.Escape(location));
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException)
        {
            // The caller's drive need not exist here (its own PSDrive, say): the worker stays where it is.
        }
    }

    private static void Assign(PSVariable variable, object? value)
    {
        try
        {
            variable.Value = value;
        }
        catch (SessionStateUnauthorizedAccessException)
        {
            // Read-only by the operation's own doing; the next one lives with it.
        }
        catch (ValidationMetadataException)
        {
            // A preference that this engine takes no such value for.
        }
    }
}
