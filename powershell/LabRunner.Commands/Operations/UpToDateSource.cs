using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Reads what an operation says about being up to date: its test, the files it reads and makes, what may change.</summary>
internal sealed class UpToDateSource
{
    private static readonly Dictionary<string, string> Ignorable = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Block"] = "block",
        ["ScriptBlock"] = "block",
        ["Script"] = "block",
        ["Parameters"] = "parameters",
        ["Dependencies"] = "dependencies",
    };

    private readonly List<LabFinding> _own = [];
    private readonly List<LabFinding> _findings;
    private readonly ScriptSource _scripts;
    private readonly PSCmdlet _caller;

    internal UpToDateSource(PSCmdlet caller, List<LabFinding> findings, CallerVariables callers)
    {
        _caller = caller;
        _findings = findings;
        _scripts = new ScriptSource(caller, _own, onlyDeclared: true, callers: callers);
    }

    /// <summary>Whether a test may use less than the full language.</summary>
    internal bool Constrained => _scripts.Constrained;

    /// <summary>The core's own document, and the test; nothing when the operation says nothing of it.</summary>
    internal (IReadOnlyDictionary<string, object?>? Document, ScriptWork? Test) Read(FieldMap fields, string operation)
    {
        var (test, inputs, outputs, ignored) = (fields.Take("Test"), fields.Take("Inputs"), fields.Take("Outputs"), fields.Take("IgnoreChanges"));
        if (test is null && inputs is null && outputs is null && ignored is null)
        {
            return (null, null);
        }

        var document = new Dictionary<string, object?> { ["test"] = test is not null, ["folder"] = _caller.SessionState.Path.CurrentFileSystemLocation.ProviderPath };
        foreach (var (key, value) in new[] { ("inputs", inputs), ("outputs", outputs) })
        {
            if (Patterns(value) is { Count: > 0 } patterns)
            {
                document[key] = patterns;
            }
        }

        if (Ignored(ignored, operation) is { Count: > 0 } words)
        {
            document["ignore_changes"] = words;
        }

        var script = test is null ? null : Script(test, fields.Take("Parameters"), fields.Take("Config"), $"{operation} (test)");

        // What is wrong with the parameters themselves was said of the operation's own script.
        _findings.AddRange(_own.Where(finding => !ArgumentGuard.IsAbout(finding)));
        _own.Clear();
        return (document, script);
    }

    // Files count by their whole path.
    private static List<string> Patterns(object? value) =>
        value is null ? [] : [.. (value is not string && LanguagePrimitives.GetEnumerable(value) is { } list ? list.Cast<object?>() : [value]).Select(Pattern).OfType<string>()];

    private static string? Pattern(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        null => null,
        FileSystemInfo file => file.FullName,
        var text => LanguagePrimitives.ConvertTo<string>(text),
    };

    private List<string> Ignored(object? value, string operation)
    {
        List<string> words = [];
        foreach (var word in OperationReader.Names(value))
        {
            if (Ignorable.TryGetValue(word.Trim(), out var known))
            {
                words.Add(known);
            }
            else
            {
                Refuse($"The IgnoreChanges '{word}' of operation '{operation}' does not exist.", operation, "Write Block, Parameters or Dependencies.");
            }
        }

        return words;
    }

    private ScriptWork? Script(object test, object? parameters, object? config, string name)
    {
        if (_scripts.From(test is PSObject wrapped ? wrapped.BaseObject : test, parameters, config, name) is { } script)
        {
            return script;
        }

        Refuse($"The Test of '{name}' is '{test}', which cannot be run.", name, "Write a script block, a text, or the path of a script.");
        return null;
    }

    private void Refuse(string message, string operation, string advice) =>
        _own.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));
}
