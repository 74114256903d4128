using LabRunner.Errors;

namespace LabRunner.Labs;

/// <summary>Writes a file as a whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Puts the text in the place of what was there.</summary>
    /// <exception cref="LabRunnerException">It cannot be written; what was there is as it was.</exception>
    internal static void Write(string path, string text)
    {
        var fresh = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            try
            {
                File.WriteAllText(fresh, text);
                File.Move(fresh, path, overwrite: true);
            }
            finally
            {
                File.Delete(fresh);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LabRunnerError.FileUnwritable(path, error);
        }
    }
}
