using System.Management.Automation;
using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Labs;
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
        var (last, from) = (Last, (JsonElement?)null);
        while (!_stopped.IsSet)
        {
            var query = JsonSerializer.SerializeToUtf8Bytes(new { place, operations = Operation, streams = Stream, last, from });
            using var document = ConfigValues.Parse(LabCore.RecordOutput(query));
            var page = document.RootElement;
            var start = LabHistory.Time(page, "started_at");
            foreach (var record in page.GetProperty("records").EnumerateArray())
            {
                WriteObject(LabRunOutput.Of(record, start));
            }

            (last, from) = (null, page.GetProperty("next").Clone());
            if (page.GetProperty("more").GetBoolean())
            {
                continue;
            }

            if (!Follow || !page.GetProperty("running").GetBoolean())
            {
                Warn(page);
                return;
            }

            _stopped.Wait(Pause);
        }
    }
}
