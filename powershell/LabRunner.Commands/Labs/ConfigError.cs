using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Labs;

/// <summary>The errors of configuration files.</summary>
internal static class ConfigError
{
    internal const string FileUnreadable = "LabRunner.FileUnreadable";

    // More would bury the first, which is most often the cause of the rest.
    private const int Listed = 20;

    /// <summary>A file is not there or cannot be read.</summary>
    internal static LabRunnerException Unreadable(string path, string why, Exception? cause = null) => new(
        FileUnreadable,
        cause is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.ObjectNotFound,
        $"The configuration file '{path}' cannot be read: {why.TrimEnd('.')}.",
        "Check the path; relative ones begin at the current location.",
        path,
        cause)
    {
        IsOfFile = true,
    };

    /// <summary>One error for everything that is wrong with a file: the first finding gives it its id and its place.</summary>
    internal static LabRunnerException Of(string path, IEnumerable<LabConfigFinding> findings)
    {
        LabConfigFinding[] errors = [.. findings.Where(finding => finding.IsError)];
        var first = errors[0];
        var alone = errors.Length == 1;
        var shown = string.Join(Environment.NewLine, errors.Take(Listed).Select(finding => finding.Explained));
        var rest = errors.Length > Listed ? $"{Environment.NewLine}… and {errors.Length - Listed} more" : "";
        var error = new LabRunnerException(
            first.Id,
            CategoryOf(first.Id),
            alone ? first.Alone : $"{errors.Length} faults in '{path}':{Environment.NewLine}{shown}{rest}",
            (alone ? first.Advice : null) ?? "Correct the file; nothing was started.",
            path)
        {
            IsOfFile = true,
            Findings = [.. errors.Select(finding => new LabFinding(finding.Id, finding.ToString(), finding.Operation, finding.Advice))],
        };
        if (first.Line is not null)
        {
            error.Data["File"] = first.File;
            error.Data["Line"] = first.Line;
            error.Data["Column"] = first.Column;
        }

        return error;
    }

    private static ErrorCategory CategoryOf(string id) => id switch
    {
        "LabRunner.MalformedYaml" or "LabRunner.MalformedJson" or "LabRunner.MalformedPsd1" or LabRunnerError.ScriptSyntax => ErrorCategory.ParserError,
        "LabRunner.DocumentTooLarge" => ErrorCategory.LimitsExceeded,
        "LabRunner.NotAvailable" or "LabRunner.UnknownProvider" => ErrorCategory.NotImplemented,
        "LabRunner.UnknownDependency" or "LabRunner.UnknownService" or FileUnreadable => ErrorCategory.ObjectNotFound,
        "LabRunner.SecretOnCommandLine" => ErrorCategory.SecurityError,
        "LabRunner.WrongType" => ErrorCategory.InvalidType,
        "LabRunner.NotText" or "LabRunner.NotData" or "LabRunner.SeveralDocuments" or "LabRunner.NotAMapping" or "LabRunner.DuplicateKey" or "LabRunner.MissingKey" => ErrorCategory.InvalidData,
        _ => ErrorCategory.InvalidArgument,
    };
}
