namespace LabRunner.EngineTests.Engine;

/// <summary>What a script left behind, stream by stream.</summary>
public sealed record ScriptResult
{
    /// <summary>Completed, Stopped or Failed.</summary>
    public required PSInvocationState State { get; init; }

    /// <summary>How long it ran.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>The output without wrappers; objects made by scripts stay PSObjects.</summary>
    public required IReadOnlyList<object?> Output { get; init; }

    /// <summary>The output as the engine gave it.</summary>
    public required IReadOnlyList<PSObject> Objects { get; init; }

    /// <summary>The error stream.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    /// <summary>The error that ended the script.</summary>
    public required ErrorRecord? Terminated { get; init; }

    /// <summary>The warning stream.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The verbose stream.</summary>
    public required IReadOnlyList<string> Verbose { get; init; }

    /// <summary>The debug stream.</summary>
    public required IReadOnlyList<string> Debug { get; init; }

    /// <summary>The information stream, Write-Host among it.</summary>
    public required IReadOnlyList<InformationRecord> Information { get; init; }

    /// <summary>The progress stream.</summary>
    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>What the session's host has been shown so far.</summary>
    public required string HostText { get; init; }

    /// <summary>Every error's FullyQualifiedErrorId, the ending one last.</summary>
    public IReadOnlyList<string> ErrorIds =>
        [.. Errors.Concat(Terminated is null ? [] : [Terminated]).Select(error => error.FullyQualifiedErrorId)];

    /// <summary>This result, if nothing went wrong in it; else the test fails with what did.</summary>
    public ScriptResult Clean()
    {
        var errors = Errors.Concat(Terminated is null ? [] : [Terminated]).Select(error => $"{error.FullyQualifiedErrorId}: {error}\n{error.ScriptStackTrace}");
        var text = string.Join("\n", errors);
        Assert.True(text.Length == 0 && State == PSInvocationState.Completed, $"{State}\n{text}");
        return this;
    }
}
