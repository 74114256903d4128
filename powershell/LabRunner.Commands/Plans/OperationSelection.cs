using System.Text.Json;
using LabRunner.Json;

namespace LabRunner.Plans;

/// <summary>Which operations are wanted: -Target, -Only, -Exclude and -SkipDependencies, for the core to decide.</summary>
/// <param name="Target">These and all they depend on.</param>
/// <param name="Only">Exactly these.</param>
/// <param name="Exclude">Without these, and without what needs them.</param>
/// <param name="SkipDependencies">The targets without what they depend on.</param>
internal sealed record OperationSelection(string[] Target, string[] Only, string[] Exclude, bool SkipDependencies)
{
    /// <summary>All of them.</summary>
    internal static OperationSelection Everything { get; } = new([], [], [], false);

    /// <summary>Whether nothing is left out.</summary>
    internal bool IsEverything => Target.Length + Only.Length + Exclude.Length == 0 && !SkipDependencies;

    /// <summary>Writes it as the core takes it.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("selection");
        json.WriteStrings("target", Target);
        json.WriteStrings("only", Only);
        json.WriteStrings("exclude", Exclude);
        json.WriteBoolean("skip_dependencies", SkipDependencies);
        json.WriteEndObject();
    }
}
