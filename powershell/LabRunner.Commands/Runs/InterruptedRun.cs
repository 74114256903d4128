using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Json;
using LabRunner.Labs;
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

        if (Last(name) is not { } run || JsonMembers.Text(run, "status") is not ("Unknown" or ParkedText.Status) || JsonMembers.Text(run, "source") != file || JsonMembers.Text(run, "run") is not { } id || !Told.TryAdd(id, true))
        {
            return;
        }

        var at = DateTimeOffset.TryParse(JsonMembers.Text(run, "started_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? $" of {time.LocalDateTime:yyyy-MM-dd HH:mm:ss}" : "";
        var message = $"The last run of '{name}'{at} {(JsonMembers.Text(run, "status") == ParkedText.Status ? "waits for a restart of this machine" : "was interrupted")}. This one starts from the beginning; 'Resume-LabRun -Id {id}' goes on where that one stopped.";
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

    private static JsonElement? Last(string name)
    {
        var query = JsonSerializer.SerializeToUtf8Bytes(new { name, directory = RunFolders.Root, limit = 1 });
        using var runs = ConfigValues.Parse(LabCore.History(query));
        return runs.RootElement.EnumerateArray().Select(run => (JsonElement?)run.Clone()).FirstOrDefault();
    }
}
