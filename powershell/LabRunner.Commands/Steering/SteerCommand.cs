using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Records;
using LabRunner.Runs;

namespace LabRunner.Steering;

/// <summary>What the commands have in common that follow runs under way or give them orders: which runs are meant, and how an order is sent.</summary>
public abstract class SteerCommand : RecordCommand, IDisposable
{
    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>The newest run.</summary>
    [Parameter]
    public SwitchParameter Last { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped.Set();

    /// <summary>Whether the caller has stopped the command.</summary>
    private protected bool IsStopped => _stopped.IsSet;

    /// <summary>Waits, at most until the caller stops the command.</summary>
    /// <exception cref="PipelineStoppedException">The caller has.</exception>
    private protected void Pause(TimeSpan time)
    {
        if (_stopped.Wait(time))
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>The runs that are meant: the one from the pipeline, those of the ids or names, the newest one, or the only one that is under way.</summary>
    /// <param name="names">Names of runs, with wildcards; none when they are not asked for.</param>
    /// <param name="ended">Whether a run that has ended may be meant.</param>
    private protected IReadOnlyList<LabRunRecord> Meant(string[] names, bool ended)
    {
        if (!string.IsNullOrEmpty(Directory))
        {
            return [Look(FullPath(Directory))];
        }

        if (new[] { Id is { Length: > 0 }, names.Length > 0, Last.IsPresent }.Count(given => given) > 1)
        {
            throw LabRunnerError.Contradiction("The id, the name and -Last each say which run is meant.", "Give one of them.");
        }

        if (Id is { Length: > 0 } ids)
        {
            return [.. ids.Select(ById).OfType<LabRunRecord>()];
        }

        List<LabRunRecord> running = [];
        foreach (string[] asked in names.Length > 0 ? names.Select(name => new[] { name }) : [[]])
        {
            // Of runs that have all ended, the newest is meant.
            var some = Runs(new() { Directory = RunFolders.Root, Names = asked, Running = true, Limit = Last ? 1 : null });
            some = some.Count == 0 && ended && (Last || names.Length > 0) ? Runs(new() { Directory = RunFolders.Root, Names = asked, Limit = 1 }) : some;
            if (some.Count == 0)
            {
                CommandGuard.Write(Voice, LabRunnerError.NotUnderWay(asked).ErrorRecord);
            }

            running.AddRange(some.Where(run => running.TrueForAll(other => other.Id != run.Id)));
        }

        if (running.Count > 1 && names.Length == 0)
        {
            CommandGuard.Write(Voice, LabRunnerError.SeveralUnderWay(running).ErrorRecord);
            return [];
        }

        return running;
    }

    /// <summary>A run as its record has it now.</summary>
    private protected static LabRunRecord Look(string place) => LabRunRecord.Of(LabCore.Record(place));

    /// <summary>Does something for each run that is meant. What fails for one does not keep it from the next.</summary>
    private protected void ForEach(IEnumerable<LabRunRecord> runs, Action<LabRunRecord> action)
    {
        foreach (var run in runs)
        {
            ForEach([run.Directory ?? ""], _ => action(run));
        }
    }

    /// <summary>Sends an order to a run and waits for its answer.</summary>
    /// <exception cref="LabCoreException">The run has refused it, or does not answer.</exception>
    private protected void Send(LabRunRecord run, string order, string? operation = null, bool kill = false) =>
        Voice.WriteVerbose(SteeringOrder.Send(run.Directory!, order, operation, kill, () => IsStopped));

    /// <summary>What a run is called in a question to the user.</summary>
    private protected static string Called(LabRunRecord run) => $"run '{run.Name}' ({run.Id})";
}
