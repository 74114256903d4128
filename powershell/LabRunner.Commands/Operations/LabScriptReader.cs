using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LabRunner.Operations;

/// <summary>Reads what <c>-Scripts</c> and <c>-Config</c> hold, and makes operations of it for <see cref="OperationReader"/>.</summary>
/// <remarks>
/// Existing callers expect every script to be tried: a script that cannot be found or read, a name that is missing or
/// there twice, is not a fault of the whole.
/// </remarks>
internal sealed class LabScriptReader(PSCmdlet caller, object? config, bool configGiven, bool safeMode)
{
    // The sections of a configuration that mean a deployment, what it is called and the command that does it.
    private static readonly (string Section, string Name, string Command, bool Each)[] Deployments =
    [
        ("infrastructure", "Infrastructure-Setup", "Deploy-Infrastructure", false),
        ("opentofu", "OpenTofu-Setup", "Deploy-Infrastructure", false),
        ("terraform", "Terraform-Setup", "Deploy-Infrastructure", false),
        ("vms", "VM-", "Deploy-VM", true),
        ("virtual_machines", "VM-", "Deploy-VM", true),
        ("applications", "App-", "Deploy-Application", true),
        ("network", "Network-Setup", "Deploy-Network", false),
    ];

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _scripts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What each operation runs, as the user wrote it, by its name.</summary>
    internal IReadOnlyDictionary<string, string> Scripts => _scripts;

    /// <summary>The scripts; without any, what the configuration declares or implies.</summary>
    internal List<object?> Read(object?[]? scripts)
    {
        var items = scripts?.Where(item => item is not null).ToArray() ?? [];
        return items.Length > 0 ? [.. items.Select(One)] : FromConfig();
    }

    private List<object?> FromConfig()
    {
        var sections = FieldMap.Of(config);
        if (sections?.Take("operations") is { } declared && Items(declared) is { Count: > 0 } operations)
        {
            return [.. operations.Select(One)];
        }

        List<object?> generated = [];
        foreach (var (section, name, command, each) in Deployments)
        {
            if (sections?.Take(section) is not { } value)
            {
                continue;
            }

            foreach (var part in each ? Items(value) : [value])
            {
                generated.Add(Operation(each ? name + Text(FieldMap.Of(part)?.Take("name")) : name, command, part, hasConfig: true, null));
            }
        }

        // Nothing that is known: one entry stands for the whole, so that a caller sees what is missing.
        return generated.Count > 0 ? generated : [Operation("Default-Lab-Deployment", "Deploy-Lab", config, configGiven, null)];
    }

    private object? One(object? item)
    {
        var plain = item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case string or FileInfo or ScriptBlock or CommandInfo:
                return Operation(null, plain, config, configGiven, null);
        }

        if (FieldMap.Of(plain) is not { } fields)
        {
            // The reader of operations says what it is and what it should be.
            return item;
        }

        var name = Text(fields.Take("Name"));
        var work = fields.Take("Path", "ScriptPath", "FilePath", "ScriptBlock");
        var own = fields.Has("Config");
        var value = fields.Take("Config");
        if (work is null)
        {
            // An operation as any other: what it needs besides is its own.
            return Plain(plain!, name, own ? value : config, own || configGiven);
        }

        return Operation(name, work, own ? value : config, own || configGiven, Rest(plain!));
    }

    // A declared operation, with the configuration for the parameter of that name.
    private Hashtable Plain(object item, string? name, object? value, bool hasConfig)
    {
        var operation = Rest(item);
        foreach (var entry in NamedValues.Of(item) ?? [])
        {
            operation[entry.Key] = entry.Value;
        }

        operation["Name"] = Unique(name ?? "Script");
        if (hasConfig)
        {
            operation["Config"] = value;
        }

        Remember(operation, Text(operation["Script"] ?? operation["Command"]));
        return operation;
    }

    private Hashtable Operation(string? name, object work, object? value, bool hasConfig, Hashtable? rest)
    {
        var operation = rest ?? new Hashtable(StringComparer.OrdinalIgnoreCase);
        var shown = work is FileInfo file ? file.FullName : work is CommandInfo command ? command.Name : work is ScriptBlock ? "" : Text(work)!.Trim();
        operation["Name"] = Unique(name ?? (shown.Length > 0 ? Leaf(shown) : "Script"));
        if (hasConfig)
        {
            operation["Config"] = value;
        }

        if (work is ScriptBlock block)
        {
            operation["ScriptBlock"] = block;
        }
        else if (LooksLikeFile(shown))
        {
            File(operation, shown, value, hasConfig);
        }
        else
        {
            Command(operation, shown, value, hasConfig);
        }

        Remember(operation, shown);
        return operation;
    }

    private void File(Hashtable operation, string path, object? value, bool hasConfig)
    {
        var full = Full(path);
        var readable = true;
        var takesConfig = false;
        if (System.IO.File.Exists(full))
        {
            var ast = Parser.ParseFile(full, out _, out var errors);
            readable = errors.Length == 0;
            takesConfig = ParameterBinding.Declares(ast, "Config");
        }

        if (readable && !safeMode)
        {
            operation["Path"] = full;
            return;
        }

        // A file that cannot be read is reported when it is run, as the failure of this script alone.
        var arguments = operation["Parameters"] is IDictionary given ? new Hashtable(given, StringComparer.OrdinalIgnoreCase) : new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (hasConfig && takesConfig && !arguments.ContainsKey("Config"))
        {
            arguments["Config"] = value;
        }

        operation.Remove("Config");
        if (safeMode)
        {
            SafeScript.Guard(operation, full, arguments);
        }
        else
        {
            SafeScript.Call(operation, full, arguments);
        }
    }

    private void Command(Hashtable operation, string name, object? value, bool hasConfig)
    {
        if (Function(name) is { } function)
        {
            // The caller's own: a worker does not have it, so that it gets a copy.
            operation["ScriptBlock"] = function.ScriptBlock;
            return;
        }

        operation["Path"] = name;
        operation.Remove("Config");
        if (hasConfig && !operation.ContainsKey("Parameters") && TakesConfig(name))
        {
            operation["Parameters"] = new Hashtable(StringComparer.OrdinalIgnoreCase) { ["Config"] = value };
        }
    }

    // In the caller's session, where module code would not look: a block of no session runs in the one it is given.
    private FunctionInfo? Function(string name)
    {
        try
        {
            var found = caller.InvokeCommand.InvokeScript(caller.SessionState, ScriptBlock.Create("param($Name) $ExecutionContext.InvokeCommand.GetCommand($Name, 'Function')"), name);
            return found.Select(item => item?.BaseObject).OfType<FunctionInfo>().FirstOrDefault(function => function.Module is null);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return null;
        }
    }

    private bool TakesConfig(string name)
    {
        try
        {
            return caller.InvokeCommand.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function)?.Parameters?.ContainsKey("Config") == true;
        }
        catch (RuntimeException)
        {
            // A command whose metadata cannot be read: the worker tells.
            return false;
        }
    }

    private string Full(string path) => CallerPath.Of(caller, path, out _) ?? path;

    // What an item has besides its name, its work and its configuration: dependencies, limits and so on.
    private static Hashtable Rest(object item)
    {
        var rest = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in NamedValues.Of(item) ?? [])
        {
            if (entry.Key.ToUpperInvariant() is not ("NAME" or "PATH" or "SCRIPTPATH" or "FILEPATH" or "SCRIPTBLOCK" or "CONFIG"))
            {
                rest[entry.Key] = entry.Value;
            }
        }

        return rest;
    }

    private static List<object?> Items(object value) =>
        value is not (string or IDictionary) && LanguagePrimitives.GetEnumerable(value) is { } list ? [.. list.Cast<object?>().Where(item => item is not null)] : [value];

    private static bool LooksLikeFile(string text) =>
        text.IndexOfAny(['/', '\\']) >= 0 || text.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);

    private static string Leaf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    private string Unique(string name)
    {
        var unique = string.IsNullOrWhiteSpace(name) ? "Script" : name;
        for (var number = 2; !_names.Add(unique); number++)
        {
            unique = $"{name} ({number})";
        }

        return unique;
    }

    private void Remember(Hashtable operation, string? script) => _scripts[(string)operation["Name"]!] = script ?? "";

    private static string? Text(object? value) => value is null ? null : LanguagePrimitives.ConvertTo<string>(value);
}
