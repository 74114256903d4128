using System.Diagnostics;
using System.Text.Json;

namespace LabRunner.Execution;

/// <summary>Deletes the folders of runs that are older than the user wants to keep.</summary>
/// <remarks>
/// Only what is a run's folder for sure is touched: it has a journal whose first line is one, nothing was written to it
/// for that long, and the process that wrote it is gone. Links are never followed.
/// </remarks>
internal static class RunRetention
{
    private const string Journal = "journal.jsonl";

    /// <summary>Deletes what is older than so many days below the folder of all runs; returns how many that were.</summary>
    internal static int Sweep(string root, int days, DateTime now)
    {
        if (days <= 0 || !Directory.Exists(root))
        {
            return 0;
        }

        var deleted = 0;
        foreach (var folder in new DirectoryInfo(root).EnumerateDirectories())
        {
            try
            {
                var journal = new FileInfo(Path.Combine(folder.FullName, Journal));
                if (folder.LinkTarget is null && journal.Exists && now - journal.LastWriteTimeUtc > TimeSpan.FromDays(days) && IsOver(journal.FullName))
                {
                    folder.Delete(recursive: true);
                    deleted++;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Somebody uses it, or owns it: the next run tries again.
            }
        }

        return deleted;
    }

    private static bool IsOver(string journal)
    {
        using var reader = new StreamReader(journal);
        try
        {
            using var header = JsonDocument.Parse(reader.ReadLine() ?? "");
            return header.RootElement.TryGetProperty("format", out _)
                && header.RootElement.TryGetProperty("pid", out var pid)
                && !IsAlive(pid.GetInt32());
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
