using System.Globalization;
using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Settings;

/// <summary>One setting of the module: its name, its allowed values, and its default.</summary>
internal sealed class Setting
{
    private Setting(string name, object? standard, string allowed, string description, Func<object, object?> read)
    {
        Name = name;
        Default = standard;
        Allowed = allowed;
        Description = description;
        Read = read;
    }

    /// <summary>The name, as parameters, the file and the properties have it.</summary>
    internal string Name { get; }

    /// <summary>The module's own value.</summary>
    internal object? Default { get; }

    /// <summary>What it may be, as a message says it.</summary>
    internal string Allowed { get; }

    /// <summary>What it is for, in a sentence.</summary>
    internal string Description { get; }

    /// <summary>Other names for it, in the file, in ConfigurationCore and as parameters.</summary>
    internal IReadOnlyList<string> Aliases { get; private init; } = [];

    /// <summary>The environment variable that sets it: <c>LABRUNNER_MAX_CONCURRENCY</c>.</summary>
    internal string Variable => OwnVariable
        ?? "LABRUNNER_" + string.Concat(Name.Select((c, at) => at > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    private string? OwnVariable { get; init; }

    // The value in the setting's own type, or nothing when it is not allowed.
    private Func<object, object?> Read { get; }

    /// <summary>The value in the setting's own type.</summary>
    /// <exception cref="LabRunnerException">It is not allowed.</exception>
    internal object Checked(object? value, string source, string? target) =>
        (value is null ? null : Read(value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value))
        ?? throw LabRunnerError.InvalidSetting(source, Name, value, Allowed, target);

    /// <summary>The same setting with other names for it.</summary>
    internal Setting Or(params string[] aliases) => new(Name, Default, Allowed, Description, Read) { Aliases = aliases };

    /// <summary>The same setting with a variable that is older than its name.</summary>
    internal Setting By(string variable) => new(Name, Default, Allowed, Description, Read) { OwnVariable = variable };

    internal static Setting Whole(string name, int standard, int least, int most, string description) =>
        new(name, standard, $"a whole number from {least} to {most}", description, value =>
            value is not bool && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number) && number == Math.Floor(number) && number >= least && number <= most
                ? (int)number
                : null);

    internal static Setting Number(string name, double standard, double least, double most, string description) =>
        new(name, standard, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), description, value =>
            value is not bool && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most
                ? number
                : null);

    internal static Setting Word(string name, string standard, string[] words, string description) =>
        new(name, standard, "one of " + string.Join(", ", words), description, value =>
            words.FirstOrDefault(word => word.Equals(Convert.ToString(value, CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase)));

    /// <summary>A word, or whether to continue, which is one of two words.</summary>
    internal static Setting Failure(string name, string standard, string[] words, string description)
    {
        var word = Word(name, standard, words, description);
        return new(name, standard, word.Allowed, description, value => value is bool or SwitchParameter ? LanguagePrimitives.IsTrue(value) ? "Continue" : "Stop" : word.Read(value));
    }

    /// <summary>Names, as a list or as a text with commas between them.</summary>
    internal static Setting Names(string name, string description) =>
        new(name, Array.Empty<string>(), "names, or a text with commas between them", description, value =>
        {
            var items = value is string text ? text.Split(',') : LanguagePrimitives.GetEnumerable(value)?.Cast<object?>();
            string[] names = [.. (items ?? []).Select(item => Convert.ToString(item, CultureInfo.InvariantCulture)?.Trim() ?? "").Where(item => item.Length > 0)];
            return items is null ? null : names;
        });

    internal static Setting Flag(string name, bool standard, string description) =>
        new(name, standard, "true or false", description, value => value switch
        {
            bool flag => flag,
            SwitchParameter flag => flag.IsPresent,
            string text => text.Trim().ToLowerInvariant() switch
            {
                "true" or "1" or "yes" or "on" or "$true" => true,
                "false" or "0" or "no" or "off" or "$false" => false,
                _ => null,
            },
            _ => null,
        });

    internal static Setting Folder(string name, string description) =>
        new(name, null, "an absolute path of a folder", description, value =>
            value is string text && text.IndexOfAny(Path.GetInvalidPathChars()) < 0 && Path.IsPathFullyQualified(text) ? text : null);
}
