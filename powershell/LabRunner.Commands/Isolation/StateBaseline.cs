using System.Collections;
using System.Globalization;
using System.Management.Automation;
using LabRunner.Engine;

namespace LabRunner.Isolation;

/// <summary>What a worker's session looked like before an operation, and the way back to it.</summary>
/// <remarks>
/// The isolation Shared: the next operation finds variables, functions, aliases, drives, location, <c>$Error</c>,
/// preferences, default parameter values, strict mode, cultures, console encodings, subscriptions and jobs as the first
/// one did. Loaded modules and types and everything of the process stay.
/// </remarks>
internal sealed class StateBaseline
{
    private readonly SessionState _session;
    private readonly SessionTables _tables;
    private readonly VariableBaseline _variables;
    private readonly CommandBaseline _commands;
    private readonly DriveBaseline _drives;
    private readonly ActivityBaseline _activity;
    private readonly ArrayList? _errors;
    private readonly Version? _strictMode;
    private readonly AskingPreferences _asking = new();
    private CallerState? _caller;
    private object? _defaults;
    private string? _location;

    internal StateBaseline(PSCmdlet command)
    {
        _session = command.SessionState;
        _tables = new SessionTables(_session);
        _errors = _session.PSVariable.GetValue("Error") as ArrayList;
        _variables = new VariableBaseline(_session, _tables);
        _commands = new CommandBaseline(_session, _tables);
        _drives = new DriveBaseline(_session, _tables);
        _activity = new ActivityBaseline(command);
        _strictMode = _tables.StrictMode;
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

        _asking.Clear();
        foreach (var (name, value) in caller.Preferences.Concat(caller.Import.Variables))
        {
            _variables.Settle(name, _asking.Settle(name, value));
        }

        ResetDefaults();
        CultureInfo.CurrentCulture = caller.Culture;
        CultureInfo.CurrentUICulture = caller.UICulture;
        GoTo(caller.Location);
        _location = _session.Path.CurrentLocation.Path;
        _asking.Set(_session);
    }

    /// <summary>Undoes what an operation has changed.</summary>
    /// <param name="output">What it has put out.</param>
    /// <returns>Whether all of it could be undone; otherwise the session is of no more use.</returns>
    internal bool TryRestore(IReadOnlyCollection<object?> output)
    {
        try
        {
            Restore(output);
            _asking.Set(_session);
            return true;
        }
        catch (Exception)
        {
            // Probably a constant. Whatever the cause, this runspace must not be reused.
            return false;
        }
    }

    private void Restore(IReadOnlyCollection<object?> output)
    {
        _variables.Restore();
        _commands.Restore();
        _activity.Restore(output);
        _errors?.Clear();
        if (_tables.StrictMode != _strictMode)
        {
            _tables.StrictMode = _strictMode;
        }

        if (_caller is not { } caller)
        {
            _drives.Restore();
            return;
        }

        if (!ReferenceEquals(CultureInfo.CurrentCulture, caller.Culture))
        {
            CultureInfo.CurrentCulture = caller.Culture;
        }

        if (!ReferenceEquals(CultureInfo.CurrentUICulture, caller.UICulture))
        {
            CultureInfo.CurrentUICulture = caller.UICulture;
        }

        caller.Console.Restore();
        if (!HasDefaults())
        {
            ResetDefaults();
        }

        // A drive that is to go must not be the current one, and one that was removed must be there to be gone to.
        if (_location is not null && _session.Path.CurrentLocation.Path != _location)
        {
            GoTo(_location);
            _drives.Restore();
            if (_session.Path.CurrentLocation.Path != _location)
            {
                GoTo(_location);
            }
        }
        else
        {
            _drives.Restore();
        }
    }

    private bool HasDefaults()
    {
        if (_session.PSVariable.GetValue("PSDefaultParameterValues") is not IDictionary now || !ReferenceEquals(now, _defaults))
        {
            return false;
        }

        var wanted = _caller?.DefaultParameterValues;
        if (now.Count != (wanted?.Count ?? 0))
        {
            return false;
        }

        foreach (DictionaryEntry entry in now)
        {
            if (!wanted!.Contains(entry.Key) || !Equals(wanted[entry.Key], entry.Value))
            {
                return false;
            }
        }

        return true;
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
}
