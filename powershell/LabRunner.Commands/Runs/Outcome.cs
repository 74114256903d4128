using System.Text.Json;
using LabRunner.Json;
using LabRunner.Secrets;
using LabRunner.Streams;

namespace LabRunner.Runs;

/// <summary>The end of a script operation, as the core gets it.</summary>
internal static class Outcome
{
    /// <summary>The document; empty for one that succeeded and wrote nothing worth a word.</summary>
    internal static byte[] Of(OperationRecorder recorder)
    {
        if (recorder.Failure is null && recorder.ErrorCount == 0 && recorder.OutputCount == 0 && recorder.WarningCount == 0 && recorder.ExitCode is null && recorder.TestSays is null)
        {
            return [];
        }

        return Document(recorder);
    }

    // Apart, so that what succeeds in silence does not pay for the writer's code.
    private static byte[] Document(OperationRecorder recorder) => JsonText.Bytes(json => Write(json, recorder));

    private static void Write(Utf8JsonWriter json, OperationRecorder recorder)
    {
        json.WriteStartObject();
        json.WriteString("status", recorder.Failure is null ? "succeeded" : "failed");
        json.WriteBoolean("had_errors", recorder.ErrorCount > 0);
        if (recorder.Failure is { } failure)
        {
            json.WriteStartObject("error");
            json.WriteString("message", Printable(failure.ToString()));
            json.WriteString("id", Printable(failure.FullyQualifiedErrorId));
            json.WriteString("category", failure.CategoryInfo.Category.ToString());
            Place(json, "position", failure.InvocationInfo?.PositionMessage);
            Place(json, "stack", failure.ScriptStackTrace);
            json.WriteEndObject();
        }

        if (recorder.ExitCode is { } code)
        {
            json.WriteNumber("exit_code", code);
        }

        if (recorder.TestSays is { } isDone)
        {
            json.WriteBoolean("test", isDone);
        }

        json.WriteNumber("output_count", recorder.OutputCount);
        json.WriteNumber("error_count", recorder.ErrorCount);
        json.WriteNumber("warning_count", recorder.WarningCount);
        json.WriteEndObject();
    }

    // The line of the script that is shown may hold a secret; the message is without any.
    private static void Place(Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            json.WriteString(name, Printable(SecretMask.Text(text.TrimEnd())));
        }
    }

    // A message may be any sequence of UTF-16; half a surrogate pair has no place in JSON.
    private static string Printable(string? text)
    {
        if (text is null)
        {
            return "";
        }

        foreach (var letter in text)
        {
            if (char.IsSurrogate(letter))
            {
                return System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }
}
