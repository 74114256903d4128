using System.Collections;
using System.Management.Automation;
using LabRunner.Engine;

namespace LabRunner.Streams;

/// <summary>Writes to a job so that Receive-Job gives back what was written in the order in which it was.</summary>
/// <remarks>
/// From the public collections of a job Receive-Job takes stream by stream: first all output, then all errors, and so
/// on. The engine's own jobs have one more collection, in true order, that it does not publish; without it the public
/// ones have to do. What is not received is kept within bounds: the oldest goes.
/// </remarks>
internal sealed class JobStreams
{
    private readonly Job _job;
    private readonly int _limit;
    private readonly IList? _ordered;

    internal JobStreams(Job job, int limit)
    {
        _job = job;
        _limit = Math.Max(1000, limit);
        _ordered = JobResults.Of(job);
    }

    /// <summary>Whether something was written that has not been received.</summary>
    internal bool HasMore => _ordered is not null
        ? _ordered.Count > 0
        : _job.Output.Count + _job.Error.Count + _job.Warning.Count + _job.Verbose.Count + _job.Debug.Count + _job.Information.Count > 0;

    /// <summary>Writes an output object.</summary>
    internal void Output(object? item)
    {
        var wrapped = item is null ? null : PSObject.AsPSObject(item);
        Add(_job.Output, wrapped);
        Order("Output", wrapped);
    }

    /// <summary>Writes an error.</summary>
    internal void Error(ErrorRecord error)
    {
        Add(_job.Error, error);
        Order("Error", error);
    }

    /// <summary>Writes a record of any other stream.</summary>
    internal void Record(object record)
    {
        switch (record)
        {
            case ErrorRecord error:
                Error(error);
                break;
            case WarningRecord warning:
                Add(_job.Warning, warning);
                Order("Warning", warning.Message);
                break;
            case VerboseRecord verbose:
                Add(_job.Verbose, verbose);
                Order("Verbose", verbose.Message);
                break;
            case DebugRecord debug:
                Add(_job.Debug, debug);
                Order("Debug", debug.Message);
                break;
            case InformationRecord information:
                Add(_job.Information, information);
                Order("Information", information);
                break;
        }
    }

    private void Order(string stream, object? item)
    {
        if (_ordered is null)
        {
            return;
        }

        if (_ordered.Count >= 2 * _limit)
        {
            Keep(_ordered);
        }

        _ordered.Add(JobResults.Entry(stream, item));
    }

    private void Add<T>(PSDataCollection<T> collection, T? item)
    {
        if (collection.Count >= 2 * _limit)
        {
            Keep(collection);
        }

        collection.Add(item!);
    }

    // Half of it at a time, so that a stream that is not received costs little. A reader may take everything at the same moment,
    // so that nothing here goes by places.
    private void Keep(IList collection)
    {
        var all = TakeAll(collection);
        for (var i = Math.Max(0, all.Length - _limit); i < all.Length; i++)
        {
            collection.Add(all[i]);
        }
    }

    // Not by ReadAll, which removes one object after another from the front: twenty thousand of them took a tenth of a second.
    private static object?[] TakeAll(IList collection)
    {
        lock (collection.SyncRoot)
        {
            var all = new object?[collection.Count];
            for (var i = 0; i < all.Length; i++)
            {
                all[i] = collection[i];
            }

            collection.Clear();
            return all;
        }
    }
}
