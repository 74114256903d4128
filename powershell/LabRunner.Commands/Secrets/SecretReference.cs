using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Secrets;

/// <summary>Finds references such as <c>secret://db-admin</c> in the parameters of operations.</summary>
internal static class SecretReference
{
    private const string Prefix = "secret://";
    private const int Deepest = 32;

    /// <summary>Makes the scripts of a run look their secrets up just before they need them, and looks up those of its programs.</summary>
    /// <param name="caller">The command in whose session they are looked up.</param>
    /// <param name="operations">The operations of the run.</param>
    /// <param name="monitoring">What is watched of the run as a whole; the core's own document.</param>
    /// <returns>The programs' secrets by name. They are for the core's memory only.</returns>
    /// <exception cref="LabRunnerException">There is a reference and nowhere to look it up, or a program's is not there.</exception>
    internal static IReadOnlyDictionary<string, string> Prepare(PSCmdlet caller, IReadOnlyList<OperationDefinition> operations, object? monitoring)
    {
        SecretStore? store = null;
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        void LookUp(IEnumerable<string> names)
        {
            foreach (var name in names.Where(name => !programs.ContainsKey(name)))
            {
                programs[name] = (store ??= SecretStore.Of(caller, name)).GetText(caller, name);
            }
        }

        foreach (var operation in operations)
        {
            foreach (var work in new[] { operation.Work, operation.Compensation, operation.Test })
            {
                if (work is ScriptWork script && (Find(script.Named) ?? Find(script.Positional)) is { } secret)
                {
                    Prepare(script, store ??= SecretStore.Of(caller, secret), operation.Name);
                }
            }

            LookUp(ProgramSecrets.Of(operation));
        }

        LookUp(ProgramSecrets.OfMonitoring(monitoring));
        return programs;
    }

    /// <summary>The value without references; tables and lists that hold one are copied.</summary>
    internal static object? Resolve(object? value, SecretStore store, int depth = 0)
    {
        switch (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value)
        {
            case string text when Name(text) is { } name:
                return store.Get(name);
            case IDictionary table when depth < Deepest && Find(table) is not null:
                IDictionary copy = table is LabTable own ? own.Empty() : new Hashtable(StringComparer.OrdinalIgnoreCase);
                foreach (DictionaryEntry entry in table)
                {
                    copy[entry.Key] = Resolve(entry.Value, store, depth + 1);
                }

                return copy;
            case object?[] list when depth < Deepest && Find(list) is not null:
                return list.Select(item => Resolve(item, store, depth + 1)).ToArray();
            default:
                return value;
        }
    }

    private static void Prepare(ScriptWork script, SecretStore store, string operation)
    {
        var ast = (script.Unit as ScriptBlock)?.Ast as ScriptBlockAst ?? (script.IsFile && File.Exists(script.Command as string) ? Parser.ParseFile((string)script.Command, out _, out _) : null);
        var named = new Hashtable(script.Named, StringComparer.OrdinalIgnoreCase);
        if (Find(script.Positional) is { } secret)
        {
            // A table that goes to the script's only parameter as a whole has no name yet.
            if (ast?.ParamBlock is not { } block || block.Parameters.Count < script.Positional.Length)
            {
                throw LabRunnerError.SecretWithoutParameter(operation, secret);
            }

            for (var place = 0; place < script.Positional.Length; place++)
            {
                named[block.Parameters[place].Name.VariablePath.UserPath] = script.Positional[place];
            }

            script.Positional = [];
        }

        script.Named = new SecretParameters(named, store, ast);
    }

    // The name of the first reference in it.
    private static string? Find(object? value, int depth = 0)
    {
        IEnumerable? items = (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value) switch
        {
            string text => Name(text) is { } name ? new Found(name) : null,
            SecretParameters => null,
            IDictionary table => table.Values,
            IReadOnlyDictionary<string, object?> map => map.Values,
            object?[] list => list,
            IEnumerable<object?> list => list,
            _ => null,
        };
        return items is Found found ? found.Name
            : items is null || depth >= Deepest ? null
            : items.Cast<object?>().Select(item => Find(item, depth + 1)).FirstOrDefault(name => name is not null);
    }

    /// <summary>The name of the secret that a text stands for.</summary>
    internal static string? Name(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length..].Trim() is { Length: > 0 } name ? name : null;

    private sealed class Found(string name) : ArrayList
    {
        internal string Name { get; } = name;
    }
}
