using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net;
using System.Security;

namespace LabRunner.Secrets;

/// <summary>Parameters of a script with references to secrets, which are looked up when the script is called with them.</summary>
/// <remarks>
/// Splatting reads a table by its enumerator, on the worker that is about to run the script. So there is no earlier moment
/// at which a value could be seen, and a later attempt looks it up again.
/// </remarks>
internal sealed class SecretParameters : Hashtable
{
    private readonly SecretStore _store;
    private readonly IReadOnlyDictionary<string, Type> _types;

    /// <summary>Takes over parameters as they are, references in them.</summary>
    internal SecretParameters(IDictionary parameters, SecretStore store, ScriptBlockAst? script)
        : base(StringComparer.OrdinalIgnoreCase)
    {
        _store = store;
        _types = (script?.ParamBlock?.Parameters ?? (IEnumerable<ParameterAst>)[])
            .ToDictionary(parameter => parameter.Name.VariablePath.UserPath, parameter => parameter.StaticType, StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in parameters)
        {
            base[entry.Key] = entry.Value;
        }
    }

    /// <inheritdoc/>
    public override IDictionaryEnumerator GetEnumerator()
    {
        var resolved = new Hashtable(StringComparer.OrdinalIgnoreCase);
        for (var entries = base.GetEnumerator(); entries.MoveNext();)
        {
            resolved[entries.Key] = Fitting(SecretReference.Resolve(entries.Value, _store), _types.GetValueOrDefault((string)entries.Key));
        }

        return resolved.GetEnumerator();
    }

    // A secret in the type the script asks for; anything else is the engine's to convert.
    private static object? Fitting(object? value, Type? wanted) => (value, wanted) switch
    {
        (string text, not null) when wanted == typeof(SecureString) => new NetworkCredential("", text).SecurePassword,
        (PSCredential credential, not null) when wanted == typeof(SecureString) => credential.Password,
        (PSCredential credential, not null) when wanted == typeof(string) => credential.GetNetworkCredential().Password,
        _ => value,
    };
}
