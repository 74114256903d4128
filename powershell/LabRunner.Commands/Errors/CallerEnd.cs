using System.Management.Automation;
using LabRunner.Operations;

namespace LabRunner.Errors;

/// <summary>Ends the script that called, where it has asked for that: as any command does with <c>-ErrorAction Stop</c>.</summary>
/// <remarks>
/// A cmdlet's own terminating error ends the statement only: the next line runs, and <c>pwsh -File</c> ends with 0. An error
/// that is written under <c>-ErrorAction Stop</c>, and one that a script throws, end the script.
/// </remarks>
internal static class CallerEnd
{
    /// <summary>Whether the call itself says <c>-ErrorAction Stop</c>. The preference does not count: a failed operation is a result.</summary>
    internal static bool IsAskedBy(PSCmdlet voice) =>
        voice.MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var action)
        && LanguagePrimitives.TryConvertTo(action, out ActionPreference preference)
        && preference == ActionPreference.Stop;

    /// <summary>Ends it with an error at the line of the call.</summary>
    internal static void With(PSCmdlet voice, ErrorRecord error)
    {
        if (IsAskedBy(voice))
        {
            voice.WriteError(error);
        }

        throw new RuntimeException(error.ToString(), error.Exception, ErrorPosition.At(error, voice.MyInvocation)) { WasThrownFromThrowStatement = true };
    }
}
