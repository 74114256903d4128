using System.Diagnostics;

namespace LabRunner.EngineTests.Engine;

/// <summary>A PowerShell in a process of its own, for what cannot be tested in this one.</summary>
public static class PowerShellProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The program and its first arguments: what the build has found, else the pinned .NET tool of the checkout.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Environment.GetEnvironmentVariable("LABRUNNER_POWERSHELL") is { Length: > 0 } named
            ? named.Split(Path.PathSeparator)
            : ["dotnet", "tool", "run", "pwsh", "--"];

    /// <summary>Runs a text to its end and gives what it wrote, errors last; after the limit it is killed and the test fails.</summary>
    public static string Run(string text)
    {
        var start = new ProcessStartInfo(Command[0], [.. Command.Skip(1), "-NoProfile", "-NonInteractive", "-Command", text])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = EngineEnvironment.CheckoutRoot,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!Task.WaitAll([output, errors], Limit) || !process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"PowerShell ran longer than {Limit}: {text}");
        }

        return output.Result + errors.Result;
    }
}
