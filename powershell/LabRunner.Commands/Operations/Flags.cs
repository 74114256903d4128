using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>Reads yes and no.</summary>
internal static class Flags
{
    /// <summary>The value as it was meant: to PowerShell itself every text that is not empty is true.</summary>
    internal static bool? Read(object? value) => value switch
    {
        bool flag => flag,
        SwitchParameter flag => flag,
        string text => bool.TryParse(text, out var flag) ? flag : null,
        _ => null,
    };
}
