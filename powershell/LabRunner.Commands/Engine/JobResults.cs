using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;

namespace LabRunner.Engine;

/// <summary>The one collection of a job that keeps the order in which records of all streams were written.</summary>
internal static class JobResults
{
    private static readonly ConcurrentDictionary<string, object> Kinds = new();

    /// <summary>Lets Receive-Job read that collection; null where the engine has none.</summary>
    internal static IList? Of(Job job)
    {
        if (EngineMembers.UsesResults.Property is not { CanWrite: true } uses || EngineMembers.NewResult.Constructor is null
            || EngineMembers.Results.Property?.GetValue(job) is not IList results)
        {
            return null;
        }

        uses.SetValue(job, true);
        return results;
    }

    /// <summary>An entry of it.</summary>
    /// <param name="stream">The stream, as the engine calls it: <c>Output</c>, <c>Error</c> …</param>
    /// <param name="item">What was written.</param>
    internal static object Entry(string stream, object? item)
    {
        var make = EngineMembers.NewResult.Constructor!;
        return make.Invoke([Kinds.GetOrAdd(stream, static (name, made) => Enum.Parse(made.GetParameters()[0].ParameterType, name), make), item]);
    }
}
