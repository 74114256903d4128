using System.Management.Automation;
using System.Management.Automation.Host;

namespace LabRunner.Progress;

/// <summary>Where progress is shown: which view fits the caller's preference, its host and the environment.</summary>
internal static class ProgressPlace
{
    // GitHub, GitLab and most others set CI; these do not.
    private static readonly string[] BuildSystems = ["TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL"];

    /// <summary>Bars on a screen, lines in a log; nothing for a caller that does not want to see progress.</summary>
    internal static IProgressView? View(PSCmdlet caller, object? preference, LabProgressStyle style, double intervalSeconds, int operations, bool asLines)
    {
        if (preference is not (null or ActionPreference.Continue))
        {
            return null;
        }

        return asLines || IsLog(caller.Host) || IsPlain(caller.SessionState) ? new ProgressLines(caller, operations) : new ProgressBars(caller, style, intervalSeconds);
    }

    private static bool IsLog(PSHost? host) =>
        host is null
        || IsSet("CI")
        || BuildSystems.Any(IsSet)
        // It writes on this process's own output; other hosts have a place of their own for bars.
        || (host.Name == "ConsoleHost" && (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb"));

    // PowerShell colours its bars also where colours are turned off, so that lines are written there.
    private static bool IsPlain(SessionState session) =>
        Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
        || (session.PSVariable.GetValue("PSStyle") is { } style && PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value?.ToString() == "PlainText");

    private static bool IsSet(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
