using System.Management.Automation;

namespace LabRunner.Errors;

/// <summary>Puts the advice of an error where its reader sees it, once.</summary>
/// <remarks>
/// PowerShell prints the recommended action of an error below its message from 7.5 on; before that a user would not see it, and it
/// is part of the message. New-LabError.ps1 has the same rule, for errors that load nothing.
/// </remarks>
internal static class AdviceText
{
    private static readonly Version FirstThatPrints = new(7, 5);

    /// <summary>Whether a PowerShell of that version prints the recommended action of an error.</summary>
    internal static bool IsPrintedBy(Version engine) => engine >= FirstThatPrints;

    /// <summary>The details of an error with advice, for this PowerShell.</summary>
    internal static ErrorDetails Details(string message, string advice) => Details(message, advice, typeof(PSObject).Assembly.GetName().Version ?? FirstThatPrints);

    /// <summary>The details of an error with advice, for a PowerShell of that version.</summary>
    internal static ErrorDetails Details(string message, string advice, Version engine) =>
        new(IsPrintedBy(engine) ? message : $"{message} {advice}") { RecommendedAction = advice };
}
