using LabRunner.Runs;
using LabRunner.Streams;

namespace LabRunner.Workers;

/// <summary>An operation that a worker has taken.</summary>
internal sealed class Assignment(RunSession run, int operation, uint attempt, OperationDefinition definition, OperationRecorder recorder)
{
    internal RunSession Run { get; } = run;

    internal int Operation { get; } = operation;

    internal uint Attempt { get; } = attempt;

    internal string Name => definition.Name;

    internal ScriptWork? Work { get; } = definition.Work as ScriptWork;

    internal LabIsolation Isolation { get; } = definition.Isolation ?? run.Settings.Isolation;

    /// <summary>Whether its script has been started.</summary>
    internal bool Begun { get; set; }

    /// <summary>Whether it is that attempt.</summary>
    internal bool Is(RunSession ofRun, int number, uint tried) => Run == ofRun && Operation == number && Attempt == tried;

    internal OperationRecorder Recorder { get; } = recorder;
}
