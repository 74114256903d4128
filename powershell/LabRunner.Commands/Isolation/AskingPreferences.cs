using System.Management.Automation;

namespace LabRunner.Isolation;

/// <summary>The preferences under which a session could not be reset: <c>$WhatIfPreference</c> and <c>$ConfirmPreference</c>.</summary>
/// <remarks>
/// What removes a variable or a function obeys them: it would only say that it would, or ask. So the session is reset
/// to values that let it work, and these are set when all is done.
/// </remarks>
internal sealed class AskingPreferences
{
    private readonly Dictionary<string, object?> _wanted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Forgets what the last caller wanted.</summary>
    internal void Clear() => _wanted.Clear();

    /// <summary>Keeps the value that operations are to find, and gives the one to put the session back under.</summary>
    internal object? Settle(string name, object? value)
    {
        _wanted.Remove(name);
        object? quiet = name.ToUpperInvariant() switch
        {
            "WHATIFPREFERENCE" when LanguagePrimitives.IsTrue(value) => false,
            "CONFIRMPREFERENCE" when LanguagePrimitives.TryConvertTo(value, out ConfirmImpact impact) && impact is ConfirmImpact.Low or ConfirmImpact.Medium => ConfirmImpact.High,
            _ => value,
        };
        if (!Equals(quiet, value))
        {
            _wanted[name] = value;
        }

        return quiet;
    }

    /// <summary>Sets what operations are to find.</summary>
    internal void Set(SessionState session)
    {
        foreach (var (name, value) in _wanted)
        {
            session.PSVariable.Set("global:" + name, value);
        }
    }
}
