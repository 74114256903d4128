using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using LabRunner.Engine;
using LabRunner.Pilot;

namespace LabRunner.Errors;

/// <summary>Gives an error the position in the user's script, and keeps it when another command writes the error.</summary>
/// <remarks>
/// Writing an error record puts the writer's position and name into it, unless a mark on the record tells not to. The
/// engine does not publish the mark; without it the position is lost from the display and the id gets a second name.
/// An error that a block writes itself has the place where the block was called, which for an operation is nowhere: the
/// user's line is in the stack trace alone then. The trace of the error cannot be changed but in its field; without it, it
/// ends with a line for the worker.
/// </remarks>
internal static partial class ErrorPosition
{
    private static readonly Action<ErrorRecord, bool>? Mark = EngineMembers.KeepPosition.Setter<Action<ErrorRecord, bool>>();
    private static readonly Action<ErrorRecord, InvocationInfo>? Place = EngineMembers.ErrorPlace.Delegate<Action<ErrorRecord, InvocationInfo>>();
    private static readonly Action<InformationalRecord, InvocationInfo>? PlaceRecord = EngineMembers.RecordPlace.Delegate<Action<InformationalRecord, InvocationInfo>>();

    /// <summary>Takes LabRunner's own frames from the trace of an operation's error, and lets it point at the operation's line.</summary>
    /// <param name="error">The error.</param>
    /// <param name="script">The operation's block, when it is one.</param>
    /// <param name="frames">The frames that every trace of an operation ends with.</param>
    internal static ErrorRecord InScript(ErrorRecord error, Ast? script, string frames)
    {
        var trace = error.ScriptStackTrace;
        if (frames.Length > 0 && trace is not null && trace.EndsWith(frames, StringComparison.Ordinal))
        {
            EngineMembers.ErrorTrace.Field?.SetValue(error, trace[..^frames.Length].TrimEnd());
        }

        if (error.InvocationInfo is { ScriptLineNumber: 0 } nowhere && trace is not null && Frame().Match(trace) is { Success: true } top)
        {
            nowhere.DisplayScriptPosition = Extent(top.Groups["file"].Value, int.Parse(top.Groups["line"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), script);
        }
        else if (error.InvocationInfo is { ScriptLineNumber: > 0, ScriptName.Length: > 0, Line.Length: 0 } bare)
        {
            // The line itself can get lost on the way from another process, and PowerShell shows nothing of such an error.
            bare.DisplayScriptPosition = Extent(bare.ScriptName, bare.ScriptLineNumber, script);
        }

        return error;
    }

    /// <summary>Lets a warning or a message that an operation's block is writing now point at the line that writes it.</summary>
    internal static void InScript(InformationalRecord record, Debugger? session)
    {
        if (PlaceRecord is not null && record.InvocationInfo is { ScriptLineNumber: 0 } nowhere && session?.GetCallStack().FirstOrDefault() is { ScriptLineNumber: > 0 } frame)
        {
            PlaceRecord(record, InvocationInfo.Create(nowhere.MyCommand, frame.Position));
        }
    }

    /// <summary>Puts the place of a call into an error that has none. Where the engine does not let that, its id has the command all the same.</summary>
    internal static ErrorRecord At(ErrorRecord error, InvocationInfo place)
    {
        if (error.InvocationInfo is not null)
        {
            return error;
        }

        if (Place is null)
        {
            var command = place.MyCommand is CmdletInfo cmdlet ? cmdlet.ImplementingType.FullName : place.MyCommand?.Name;
            return new(error.Exception, $"{error.FullyQualifiedErrorId},{command}", error.CategoryInfo.Category, error.TargetObject) { ErrorDetails = error.ErrorDetails };
        }

        Place(error, place);
        return error;
    }

    /// <summary>Marks a record that has a position of its own, for the next time it is written.</summary>
    internal static ErrorRecord Keep(ErrorRecord error)
    {
        if (error.InvocationInfo is not null)
        {
            Mark?.Invoke(error, true);
        }

        return error;
    }

    /// <summary>An error of LabRunner's own out of the wrap that the engine puts round what a method throws, with its position.</summary>
    internal static ErrorRecord Unwrap(ErrorRecord error)
    {
        if (error.Exception is LabRunnerException)
        {
            return error;
        }

        for (var inner = error.Exception?.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is LabRunnerException own)
            {
                if (own.ErrorRecord.InvocationInfo is null && error.InvocationInfo is { } place)
                {
                    Place?.Invoke(own.ErrorRecord, place);
                }

                return own.ErrorRecord;
            }
        }

        return error;
    }

    // The command that writes it, else whatever stands first on the line, else the line.
    private static IScriptExtent? Extent(string file, int line, Ast? script)
    {
        var path = Path.IsPathFullyQualified(file) ? file : null;
        if (script is not null && (script.Extent.File ?? "") == (path ?? ""))
        {
            var there = script.FindAll(node => node is CommandBaseAst && node.Extent.StartLineNumber == line, searchNestedScriptBlocks: true).ToArray();
            var writer = there.FirstOrDefault(node => node is CommandAst command && "Write-Error".Equals(command.GetCommandName(), StringComparison.OrdinalIgnoreCase));
            if ((writer ?? there.FirstOrDefault()) is { } found)
            {
                return found.Extent;
            }
        }

        var text = path is null ? "" : LineOf(path, line);
        var start = text.Length - text.TrimStart().Length;
        return new ScriptExtent(new ScriptPosition(path, line, start + 1, text), new ScriptPosition(path, line, text.TrimEnd().Length + 1, text));
    }

    private static string LineOf(string file, int line)
    {
        try
        {
            return File.ReadLines(file).ElementAtOrDefault(line - 1) ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^at .*?, (?<file>[^\r\n]*): line (?<line>[1-9][0-9]{0,8})\s*(\r|\n|$)")]
    private static partial Regex Frame();
}
