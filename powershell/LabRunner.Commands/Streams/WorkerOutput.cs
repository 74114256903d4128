using System.Management.Automation;
using LabRunner.Workers;

namespace LabRunner.Streams;

/// <summary>Where a worker's pipeline puts what it puts out: the merged streams of the open operation, record by record.</summary>
internal static class WorkerOutput
{
    /// <summary>A collection that hands everything to the worker and keeps nothing.</summary>
    /// <remarks>Its events come on the pipeline's own thread: a script that writes is held up as long as the worker takes.</remarks>
    internal static PSDataCollection<PSObject> Of(WorkerLoop loop)
    {
        var output = new PSDataCollection<PSObject>();
        output.DataAdding += (_, adding) => loop.Take((PSObject?)adding.ItemAdded);
        output.DataAdded += static (collection, _) => ((PSDataCollection<PSObject>)collection!).Clear();
        return output;
    }
}
