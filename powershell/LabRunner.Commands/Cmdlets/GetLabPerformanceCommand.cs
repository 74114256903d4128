using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Records;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Sums up how the recorded runs of labs went, or says how well one run did.</summary>
[Cmdlet(VerbsCommon.Get, "LabPerformance")]
[OutputType(typeof(LabPerformance), typeof(LabRunPerformance))]
public sealed class GetLabPerformanceCommand : RecordCommand
{
    /// <summary>One lab; all of them when absent.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string? LabName { get; set; }

    /// <summary>The greatest number of runs of each lab, the newest ones.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var named = !string.IsNullOrEmpty(LabName);
        if (Id is { Length: > 0 } || !string.IsNullOrEmpty(Directory))
        {
            if (named)
            {
                throw LabRunnerError.Contradiction("-LabName sums up the runs of a lab, and -RunId is about one run.", "Give one of them.");
            }

            ForEach(Places(), place => WriteObject(LabRunPerformance.Read(place)));
            return;
        }

        var runs = LabHistory.WithOperations(named ? LabName : null);
        var labs = runs.GroupBy(run => run.Summary.Name, StringComparer.OrdinalIgnoreCase).ToArray();
        foreach (var lab in labs)
        {
            WriteObject(LabPerformance.Of(lab.Key, [.. lab.Take(Last)]));
        }

        if (named && labs.Length == 0)
        {
            WriteObject(LabPerformance.Of(LabName!, []));
        }
    }
}
