using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Isolation;
using LabRunner.Pilot;
using LabRunner.Streams;

namespace LabRunner.Workers;

/// <summary>What makes one warm worker as good as another for a run.</summary>
/// <param name="LanguageMode">The language mode of its session.</param>
/// <param name="Commands">LabRunner's commands in it.</param>
/// <param name="Import">What the run brought into it.</param>
internal readonly record struct WorkerFingerprint(PSLanguageMode LanguageMode, string Commands, string Import);

/// <summary>The session state of a worker and the loop that runs in it.</summary>
internal static class WorkerSession
{
    // Names of the loop's own variables. They are private to its scope: an operation does not see them.
    internal const string UnitVariable = "LabUnit";
    internal const string PositionalVariable = "LabPositional";
    internal const string NamedVariable = "LabNamed";

    /// <summary>What a worker's one long-lived pipeline runs. What that puts out goes to <see cref="Streams.WorkerOutput"/>.</summary>
    /// <remarks>
    /// The inner loop catches an operation's <c>break</c> and <c>continue</c>. <c>exit</c> and a labelled <c>break</c>
    /// end the pipeline; the worker sees that an operation was open then. A command costs some 13 KB and 10 µs however
    /// little it does, so that the operation is the only one: the next one is had by reading a property, which is allowed
    /// in every language mode.
    /// </remarks>
    private const string Text =
        "& $LabBegin; while ($LabWork.HasNext) { do { try { & $LabUnit @LabPositional @LabNamed *>&1; if (!$?) { & $LabExit $LASTEXITCODE } } catch { & $LabFail $_ } } while ($false) }";

    /// <summary>The text of the pipeline: it hides what it runs, see <see cref="HiddenScript"/>.</summary>
    internal const string Loop = ". $LabLoop";

    private static readonly ScriptBlock Hidden = HiddenScript.Of(Text);
    private static readonly CmdletInfo Begin = new("Enter-LabWork", typeof(BeginCommand));
    private static readonly CmdletInfo Fail = new("Stop-LabWork", typeof(FailCommand));
    private static readonly CmdletInfo Exit = new("Complete-LabWork", typeof(ExitCommand));

    /// <summary>Runs an operation in a process of its own, in place of its script.</summary>
    internal static readonly CmdletInfo Process = new("Invoke-LabProcess", typeof(Pilot.ProcessCommand));

    internal static WorkerFingerprint FingerprintOf(CallerState caller) => new(caller.LanguageMode, caller.Commands.Fingerprint, caller.Import.Fingerprint);

    internal static InitialSessionState Create(CallerState caller)
    {
        var state = InitialSessionState.CreateDefault2();
        state.LanguageMode = caller.LanguageMode;
        foreach (var entry in CommonCommands.Entries)
        {
            state.Commands.Add(entry);
        }

        foreach (var entry in caller.Commands.Entries)
        {
            state.Commands.Add(entry);
        }

        return state;
    }

    /// <summary>Puts the loop's variables into an opened runspace; those that change are handed back.</summary>
    internal static LoopVariables Prepare(Runspace runspace, WorkerLoop loop)
    {
        var variables = runspace.SessionStateProxy.PSVariable;
        foreach (var (name, value) in new (string, object)[] { ("LabLoop", Hidden), ("LabBegin", Begin), ("LabWork", new WorkSource(loop)), ("LabFail", Fail), ("LabExit", Exit) })
        {
            variables.Set(new PSVariable(name, value, ScopedItemOptions.Private | ScopedItemOptions.Constant));
        }

        var changing = new LoopVariables(
            new PSVariable(UnitVariable, null, ScopedItemOptions.Private),
            new PSVariable(PositionalVariable, null, ScopedItemOptions.Private),
            new PSVariable(NamedVariable, null, ScopedItemOptions.Private));
        variables.Set(changing.Unit);
        variables.Set(changing.Positional);
        variables.Set(changing.Named);
        return changing;
    }
}

/// <summary>The variables through which a worker's loop gets its next operation.</summary>
internal sealed record LoopVariables(PSVariable Unit, PSVariable Positional, PSVariable Named);
