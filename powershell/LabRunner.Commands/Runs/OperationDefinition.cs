using System.Collections;
using System.Management.Automation;
using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>One operation as the run needs it: what the core has to know, and what a worker has to run.</summary>
internal sealed class OperationDefinition
{
    private readonly long? _attempts;
    private readonly bool _checked;
    private readonly object? _health;

    internal required string Name { get; init; }

    internal string? Id { get; init; }

    internal string? Type { get; init; }

    /// <summary>Whether it checks something, so that <c>$false</c> as its only output is a failure: by its type, or because it is below <c>validation</c>.</summary>
    internal bool Validates => !Undoes && (IsValidation || string.Equals(Type, "Validate", StringComparison.OrdinalIgnoreCase) || string.Equals(Type, "Validation", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is below <c>validation</c> in its lab.</summary>
    internal bool IsValidation { get; init; }

    /// <summary>Whether it is the compensation of another operation.</summary>
    private bool Undoes { get; init; }

    internal int? Priority { get; init; }

    internal IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>Limit of one attempt; the run's default when absent.</summary>
    internal TimeSpan? Timeout { get; init; }

    internal required OperationWork Work { get; init; }

    /// <summary>How far it is kept apart from others; as the run says when absent.</summary>
    internal LabIsolation? Isolation { get; init; }

    /// <summary>What else the core has to know - needs, retries, trigger and the like - under the core's own names.</summary>
    internal IReadOnlyDictionary<string, object?> Scheduling { get; init; } = new Dictionary<string, object?>();

    /// <summary>The script that says whether its work is done.</summary>
    internal ScriptWork? Test { get; init; }

    /// <summary>Whether it says when it is up to date, so that it is compared with what it was.</summary>
    internal bool IsChecked
    {
        get => _checked || Scheduling.ContainsKey("up_to_date");
        init => _checked = value;
    }

    /// <summary>How it is checked while the run goes on: the core's own document; nothing when it is not.</summary>
    internal object? Health
    {
        get => _health ?? Scheduling.GetValueOrDefault("health");
        init => _health = value;
    }

    /// <summary>Whether it is checked while the run goes on, so that it may fail, or run again, once it has succeeded.</summary>
    internal bool IsWatched => Health is not null;

    /// <summary>Whether it has checks, which may be scripts.</summary>
    internal bool MayAsk => IsWatched || Work is DeclaredWork { Declared.Checks: not null };

    /// <summary>What programs of the session find in their environment beside what they say themselves.</summary>
    internal IReadOnlyDictionary<string, object?> Inherited { get; init; } = new Dictionary<string, object?>();

    /// <summary>What undoes it, should the run be rolled back.</summary>
    internal OperationWork? Compensation { get; init; }

    /// <summary>How often it may be tried, where it says so itself.</summary>
    internal long? Attempts
    {
        get => _attempts ?? (Scheduling.GetValueOrDefault("retry") is IReadOnlyDictionary<string, object?> retry && retry.GetValueOrDefault("count") is long count ? count + 1 : null);
        init => _attempts = value;
    }

    /// <summary>What the core's numbers stand for: the operations, and after them their compensations in the same order.</summary>
    internal static IReadOnlyList<OperationDefinition> Nodes(IReadOnlyList<OperationDefinition> operations) =>
        [.. operations, .. operations.Select(operation => operation.Undoing()).OfType<OperationDefinition>()];

    /// <summary>Its compensation as an operation of its own, under the name that the core gives it.</summary>
    internal OperationDefinition? Undoing() => Compensation is null ? null : new()
    {
        Name = $"{Name} (rollback)",
        Id = Id,
        Type = Type,
        Undoes = true,
        Work = Compensation,
        Isolation = Isolation,
        Scheduling = Scheduling,
    };
}

/// <summary>What an operation does when it runs.</summary>
internal abstract class OperationWork
{
    /// <summary>What decides which keys its operation may have.</summary>
    internal virtual string Kind => GetType().Name;
}

/// <summary>A script block, a script file or a command, run by a worker.</summary>
internal sealed class ScriptWork : OperationWork
{
    private static readonly object[] NoValues = [];

    /// <summary>A script that does nothing.</summary>
    internal static ScriptWork Nothing { get; } = new() { Command = ScriptBlock.Create(""), Named = [] };

    /// <summary>What the call operator gets: an unbound script block, a path or a name.</summary>
    internal required object Command { get; init; }

    /// <summary>Whether it is a script file, whose <c>exit</c> the engine contains by itself.</summary>
    internal bool IsFile { get; init; }

    /// <summary>The script file it was made from, with its full path; nothing for a block, a text, or a file that does not exist yet.</summary>
    internal string? File { get; init; }

    /// <summary>What was in that file when an earlier run read it, where that is run and not what is in it now.</summary>
    internal string? RecordedText { get; init; }

    /// <summary>The script file that is to be run and does not exist, now that it is to be run.</summary>
    /// <remarks>
    /// Asked to call it, the engine would look into every module of the machine for a command of that name first, which takes
    /// seconds where there are many.
    /// </remarks>
    internal string? MissingFile =>
        IsFile && Command is string path && path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) && Path.IsPathFullyQualified(path) && !System.IO.File.Exists(path) ? path : null;

    /// <summary>Whether its text merges errors into its output, so that a program's are to be found there.</summary>
    internal bool MergesErrors { get; init; }

    /// <summary>Whether its text names the environment, and may change it.</summary>
    internal bool NamesEnvironment { get; init; }

    /// <summary>The block with a parameter for the dictionary as a whole, where it has none of its own.</summary>
    internal ScriptBlock? WithParameters { get; init; }

    /// <summary>What a worker calls.</summary>
    internal object Unit => WithParameters ?? Command;

    internal object?[] Positional { get; set; } = NoValues;

    /// <summary>The splatted parameters; the values of <c>$using:</c> are among them.</summary>
    internal required Hashtable Named { get; set; }
}

/// <summary>A program, run by the core. The document is the core's own.</summary>
internal sealed class ProcessWork : OperationWork
{
    internal required IReadOnlyDictionary<string, object?> Spec { get; init; }
}

/// <summary>Work on files, done by the core. The document is the core's own.</summary>
/// <param name="kind">What the core calls it.</param>
/// <param name="spec">What it is to do.</param>
internal sealed class FileWork(string kind, IReadOnlyDictionary<string, object?> spec) : OperationWork
{
    internal override string Kind => kind;

    internal IReadOnlyDictionary<string, object?> Spec => spec;
}

/// <summary>What a lab declares and the core does by itself: a program, or the stop of a service.</summary>
/// <param name="declared">What the lab says of it.</param>
internal sealed class DeclaredWork(LabWorkModel declared) : OperationWork
{
    internal LabWorkModel Declared => declared;
}

/// <summary>Stops a service that another operation started.</summary>
internal sealed class StopWork : OperationWork
{
    internal required string Service { get; init; }
}
