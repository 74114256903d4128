using System.Collections.Concurrent;
using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Operations;
using LabRunner.Restarts;

namespace LabRunner.Runs;

/// <summary>Tells who starts a lab from its beginning that its last run was interrupted, once a session and run.</summary>
internal static class InterruptedRun
{
    private static readonly ConcurrentDictionary<string, bool> Told = new();

    /// <summary>Tells it where somebody sits, and in a script's verbose messages.</summary>
    internal static void Mention(PSCmdlet voice, string name, string file)
    {
        if (!IsInteractive && !IsVerbose(voice))
        {
            return;
        }

        if (LabCore.History(new() { Name = name, Directory = RunFolders.Root, Limit = 1 }) is not [{ Status: "Unknown" or ParkedText.Status } run] || run.Source != file || !Told.TryAdd(run.Run, true))
        {
            return;
        }

        var at = LabHistory.Time(run.StartedAt) is { } time ? $" of {time:yyyy-MM-dd HH:mm:ss}" : "";
        var message = $"The last run of '{name}'{at} {(run.Status == ParkedText.Status ? "waits for a restart of this machine" : "was interrupted")}. This one starts from the beginning; 'Resume-LabRun -Id {run.Run}' goes on where that one stopped.";
        if (IsInteractive)
        {
            voice.WriteInformation(new HostInformationMessage { Message = message }, ["PSHOST"]);
        }
        else
        {
            voice.WriteVerbose(message);
        }
    }

    private static bool IsVerbose(PSCmdlet voice) =>
        voice.MyInvocation.BoundParameters.TryGetValue("Verbose", out var given)
            ? LanguagePrimitives.IsTrue(given)
            : voice.GetVariableValue("VerbosePreference") is ActionPreference and not ActionPreference.SilentlyContinue;

    private static bool IsInteractive =>
        Environment.UserInteractive && !Console.IsInputRedirected && !Environment.GetCommandLineArgs().Any(argument => argument.StartsWith("-noni", StringComparison.OrdinalIgnoreCase));
}
