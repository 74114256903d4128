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

    /// <summary>Its script. Of a program a worker runs the test only, and then nothing: the core goes on with the program.</summary>
    internal ScriptWork? Work { get; } = definition.Work as ScriptWork ?? (definition.Test is null ? null : ScriptWork.Nothing);

    /// <summary>The test that is asked before its script or program is run; nothing when it is not.</summary>
    internal ScriptWork? Test { get; } = definition.Test is { } test && run.Asks(operation) ? test : null;

    /// <summary>Whether its test is being asked, and its script is not run.</summary>
    internal bool IsTesting { get; set; }

    /// <summary>What is being run of it.</summary>
    internal ScriptWork? Current => IsTesting ? Test : Work;

    internal LabIsolation Isolation { get; } = definition.Isolation ?? run.Settings.Isolation;

    /// <summary>Whether its script has been started.</summary>
    internal bool Begun { get; set; }

    /// <summary>Whether it is that attempt.</summary>
    internal bool Is(RunSession ofRun, int number, uint tried) => Run == ofRun && Operation == number && Attempt == tried;

    internal OperationRecorder Recorder { get; } = recorder;
}
