namespace LabRunner.EngineTests;

/// <summary>The isolation Process where another program hosts the engine, as this one does: it cannot be started again as PowerShell.</summary>
public sealed class HostedProcessTests : IDisposable
{
    private const string Operation = "Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; ScriptBlock = { [System.Reflection.Assembly]::GetEntryAssembly().GetName().Name } }";

    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");
    private readonly string _folder = Directory.CreateTempSubdirectory("labrunner-hosted-").FullName;

    public HostedProcessTests() => Environment.SetEnvironmentVariable("PATH", _folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Without_a_pwsh_the_error_names_the_program_that_hosts_the_session()
    {
        using var session = EngineSession.WithModule();
        var error = session.Run(Operation).Errors.Single();
        Assert.StartsWith("LabRunner.PowerShellNotFound", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"'{Path.GetFileName(Environment.ProcessPath)}'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("PATH", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_pwsh_on_PATH_that_can_be_run_is_started()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // One that cannot be run comes first.
        var first = Directory.CreateDirectory(Path.Combine(_folder, "first")).FullName;
        File.WriteAllText(Path.Combine(first, "pwsh"), "text");
        var program = Path.Combine(_folder, "pwsh");
        File.WriteAllText(program, $"#!/bin/sh\ncd '{EngineEnvironment.CheckoutRoot}'\nPATH='{_path}' exec {string.Join(' ', PowerShellProcess.Command.Select(word => $"'{word}'"))} \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{first}{Path.PathSeparator}{_folder}");
        using var session = EngineSession.WithModule();
        Assert.Equal("pwsh", session.Run($"({Operation}).Output").Clean().Output.Single());
    }
}
