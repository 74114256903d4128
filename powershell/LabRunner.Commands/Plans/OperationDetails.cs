using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using LabRunner.Operations;
using LabRunner.Runs;

namespace LabRunner.Plans;

/// <summary>What an operation was declared as, key by key, as text that can be compared.</summary>
internal static class OperationDetails
{
    // Its name is what it is compared by; its place moves with every line above it.
    private static readonly string[] Left = ["name", "at"];

    /// <summary>The keys that were declared; where it came from does not matter.</summary>
    /// <param name="planned">The operation as the plan has it.</param>
    /// <param name="operation">The same with its script, which the core does not have.</param>
    internal static IReadOnlyDictionary<string, string> Of(JsonElement planned, OperationDefinition operation)
    {
        SortedDictionary<string, string> details = new(StringComparer.Ordinal);
        foreach (var key in planned.EnumerateObject().Where(key => !Left.Contains(key.Name)))
        {
            if (key.Value.ValueKind == JsonValueKind.Object && key.Name is "work" or "compensation")
            {
                foreach (var part in key.Value.EnumerateObject())
                {
                    details[key.Name == "work" ? part.Name : $"rollback.{part.Name}"] = Text(part.Value);
                }
            }
            else
            {
                details[key.Name] = Text(key.Value);
            }
        }

        Script(details, "", operation.Work);
        if (operation.Test is { } test)
        {
            Script(details, "test.", test);
        }

        if (operation.Compensation is { } compensation)
        {
            Script(details, "rollback.", compensation);
        }

        return details;
    }

    private static void Script(SortedDictionary<string, string> details, string prefix, OperationWork work)
    {
        if (work is not ScriptWork script)
        {
            return;
        }

        var text = script.Command is ScriptBlock block ? PlacedText.Of(block) : Convert.ToString(script.Command, CultureInfo.InvariantCulture);
        details[$"{prefix}script"] = text?.Trim() ?? "";
        if (script.Positional.Length > 0)
        {
            details[$"{prefix}parameters"] = string.Join(", ", script.Positional.Select(Value));
        }

        foreach (DictionaryEntry entry in script.Named)
        {
            details[$"{prefix}parameters.{entry.Key}"] = Value(entry.Value);
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();

    private static string Value(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int depth)
    {
        switch (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value)
        {
            case null:
                text.Append("null");
                break;
            case string or ValueType:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IDictionary map when depth < 10:
                text.Append("{ ");
                foreach (DictionaryEntry entry in map)
                {
                    text.Append(entry.Key).Append(" = ");
                    Write(text, entry.Value, depth + 1);
                    text.Append("; ");
                }

                text.Append('}');
                break;
            case IEnumerable list when depth < 10:
                text.Append("( ");
                foreach (var item in list)
                {
                    Write(text, item, depth + 1);
                    text.Append(", ");
                }

                text.Append(')');
                break;
            case var other:
                text.Append(other);
                break;
        }
    }
}
