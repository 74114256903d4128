using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Pilot;

/// <summary>A question that an operation asked in a process of its own, where PowerShell itself refuses it.</summary>
internal static class ChildQuestion
{
    /// <summary>What is said of it: the same as in a runspace.</summary>
    internal static ErrorRecord Refused => LabRunnerError.Prompt(ChildOutput.Operation, "an answer").ErrorRecord;

    /// <summary>Whether an error is PowerShell's refusal to ask. Its text is in the user's language, so that what threw it tells.</summary>
    internal static bool IsOne(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is InvalidOperationException && error.TargetSite?.DeclaringType?.Name == "ConsoleHostUserInterface")
            {
                return true;
            }
        }

        return false;
    }
}
