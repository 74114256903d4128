using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Records;

/// <summary>Gets what the operations of a recorded run wrote.</summary>
[Cmdlet(VerbsCommon.Get, "LabRunOutput")]
[OutputType(typeof(LabRunOutput))]
public sealed class GetLabRunOutputCommand : RecordCommand, IDisposable
{
    // How often a run that is under way is asked for more.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>Only what these operations wrote; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunOperationCompleter))]
    [SupportsWildcards]
    public string[] Operation { get; set; } = [];

    /// <summary>Only what was written to these streams.</summary>
    [Parameter]
    [ValidateSet("Output", "Error", "Warning", "Verbose", "Debug", "Information")]
    public string[] Stream { get; set; } = [];

    /// <summary>Only the last ones, at most this many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Goes on with what is written until the run ends.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stopped.Dispose();

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped.Set();

    /// <inheritdoc/>
    private protected override void Answer() => ForEach(Places(), Show);

    private void Show(string place)
    {
        var (last, from) = (Last, (OutputPosition?)null);
        while (!_stopped.IsSet)
        {
            var page = LabCore.RecordOutput(new OutputQuery(place, Operation, Stream, last, from));
            var start = LabHistory.Time(page.StartedAt);
            foreach (var record in page.Records)
            {
                WriteObject(LabRunOutput.Of(record, start));
            }

            (last, from) = (null, page.Next);
            if (page.More)
            {
                continue;
            }

            if (!Follow || !page.Running)
            {
                Warn(page.Warnings);
                return;
            }

            _stopped.Wait(Pause);
        }
    }
}
