using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Out-String.</summary>
[Cmdlet(VerbsData.Out, "String")]
public sealed class OutStringCommand : PSCmdlet
{
    private readonly List<PSObject> _inputs = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = 120;

    [Parameter]
    public SwitchParameter Stream { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _inputs.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var text = TextRendering.Render(_inputs, Width);
        if (Stream)
        {
            WriteObject(text.TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r')), enumerateCollection: true);
            return;
        }

        WriteObject(NoNewline ? text.ReplaceLineEndings(string.Empty) : text);
    }
}

/// <summary>Stand-in for Out-File, and so for redirection to a file.</summary>
[Cmdlet(VerbsData.Out, "File", DefaultParameterSetName = "ByPath", SupportsShouldProcess = true)]
public sealed class OutFileCommand : PathCmdlet
{
    private readonly List<PSObject> _inputs = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByPath")]
    [Alias("Path")]
    public string FilePath { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath")]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get => FilePath; set => FilePath = value; }

    [Parameter(Position = 1)]
    public string? Encoding { get; set; }

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = 4096;

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _inputs.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        if (!ShouldProcess(FilePath))
        {
            return;
        }

        Attempt(FilePath, () =>
        {
            var file = ToFilePath(FilePath);
            if (NoClobber && !Append && File.Exists(file))
            {
                var error = new IOException($"The file '{file}' already exists.");
                WriteError(new ErrorRecord(error, "NoClobber", ErrorCategory.ResourceExists, file));
                return;
            }

            var text = _inputs.TrueForAll(input => input.BaseObject is string)
                ? string.Concat(_inputs.Select(input => input.BaseObject + Environment.NewLine))
                : TextRendering.Render(_inputs, Width);
            text = NoNewline ? text.ReplaceLineEndings(string.Empty) : text;
            if (Append)
            {
                File.AppendAllText(file, text, EncodingOf(Encoding));
            }
            else
            {
                File.WriteAllText(file, text, EncodingOf(Encoding));
            }
        });
    }
}

/// <summary>What Format-Table and Format-List share: they give plain text, not format records.</summary>
public abstract class FormatCmdlet : PSCmdlet
{
    private protected const int MaximumColumns = 10;

    private readonly List<PSObject> _inputs = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _inputs.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        if (_inputs.Count == 0)
        {
            return;
        }

        if (_inputs.TrueForAll(input => input.BaseObject is string || input.BaseObject.GetType().IsPrimitive))
        {
            WriteObject(_inputs, enumerateCollection: true);
            return;
        }

        var arguments = PropertyArgument.From(Property ?? Default(_inputs[0]));
        var names = new List<string>();
        var rows = new List<Dictionary<string, string>>();
        foreach (var input in _inputs)
        {
            var row = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in arguments.SelectMany(argument => argument.Expand(input)))
            {
                row[name] = Cell(value);
                if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    names.Add(name);
                }
            }

            rows.Add(row);
        }

        WriteObject(Render(names, rows));
    }

    private protected abstract string Render(List<string> names, List<Dictionary<string, string>> rows);

    private static object[] Default(PSObject input)
    {
        var standard = (input.Members["PSStandardMembers"]?.Value as PSMemberSet)?.Members["DefaultDisplayPropertySet"] as PSPropertySet;
        return standard is null ? ["*"] : [.. standard.ReferencedPropertyNames];
    }

    private static string Cell(object? value)
    {
        if (value is not string && LanguagePrimitives.GetEnumerable(value) is { } items && value is not System.Collections.IDictionary)
        {
            return "{" + string.Join(", ", items.Cast<object?>().Select(item => LanguagePrimitives.ConvertTo<string>(item))) + "}";
        }

        return LanguagePrimitives.ConvertTo<string>(value) ?? string.Empty;
    }
}

/// <summary>Stand-in for Format-Table: a plain table of properties, no views and no groups.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : FormatCmdlet
{
    [Parameter]
    public SwitchParameter AutoSize { get; set; }

    [Parameter]
    public SwitchParameter Wrap { get; set; }

    [Parameter]
    public SwitchParameter HideTableHeaders { get; set; }

    private protected override string Render(List<string> names, List<Dictionary<string, string>> rows)
    {
        var columns = Property is null ? names.Take(MaximumColumns).ToList() : names;
        var widths = columns.ConvertAll(name => Math.Max(name.Length, rows.Max(row => row.GetValueOrDefault(name, string.Empty).Length)));
        var lines = new List<string>();
        if (!HideTableHeaders)
        {
            lines.Add(string.Empty);
            lines.Add(Line(columns, widths));
            lines.Add(Line(columns.ConvertAll(name => new string('-', name.Length)), widths));
        }

        lines.AddRange(rows.Select(row => Line(columns.ConvertAll(name => row.GetValueOrDefault(name, string.Empty)), widths)));
        lines.Add(string.Empty);
        return string.Join(Environment.NewLine, lines);
    }

    private static string Line(List<string> cells, List<int> widths) =>
        string.Join(' ', cells.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd();
}

/// <summary>Stand-in for Format-List: a plain list of properties, no views and no groups.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : FormatCmdlet
{
    private protected override string Render(List<string> names, List<Dictionary<string, string>> rows)
    {
        var width = names.Count == 0 ? 0 : names.Max(name => name.Length);
        var blocks = rows.Select(row => string.Concat(names.Where(row.ContainsKey).Select(name => name.PadRight(width) + " : " + row[name] + Environment.NewLine)));
        return Environment.NewLine + string.Join(Environment.NewLine, blocks);
    }
}
