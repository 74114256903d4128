using System.Collections;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace LabRunner.EngineTests.Engine;

/// <summary>One runspace of the real engine with a recording host. What a script leaves behind, the next one finds.</summary>
public sealed class EngineSession : IDisposable
{
    /// <summary>How long a script may take that is not told otherwise.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private EngineSession(Action<InitialSessionState>? configure)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        configure?.Invoke(state);
        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.Name = "LabRunner.EngineTests";
        Runspace.Open();
    }

    /// <summary>The host of this session.</summary>
    public RecordingHost Host { get; } = new();

    /// <summary>The runspace of this session.</summary>
    public Runspace Runspace { get; }

    /// <summary>Opens a session without the module.</summary>
    public static EngineSession Bare(Action<InitialSessionState>? configure = null) => new(configure);

    /// <summary>Opens a session and imports the staged module.</summary>
    public static EngineSession WithModule(Action<InitialSessionState>? configure = null)
    {
        var session = new EngineSession(configure);
        var import = session.Run("param($Manifest) Import-Module -Name $Manifest -ErrorAction Stop", new Hashtable { ["Manifest"] = EngineEnvironment.ModuleManifest });
        if (import.Terminated is { } error)
        {
            session.Dispose();
            throw new InvalidOperationException($"The staged module does not import: {error} {error.ScriptStackTrace}", error.Exception);
        }

        return session;
    }

    /// <summary>Runs a text to its end; after the limit it is stopped and the test fails.</summary>
    public ScriptResult Run(string script, IDictionary? parameters = null, TimeSpan? limit = null) =>
        Start(script, parameters).Wait(limit ?? DefaultLimit);

    /// <summary>Runs a script file to its end; after the limit it is stopped and the test fails.</summary>
    public ScriptResult RunFile(string file, IDictionary? parameters = null, TimeSpan? limit = null) =>
        StartFile(file, parameters).Wait(limit ?? DefaultLimit);

    /// <summary>Starts a text, to be watched and stopped while it runs.</summary>
    public RunningScript Start(string script, IDictionary? parameters = null)
    {
        var shell = System.Management.Automation.PowerShell.Create(Runspace);
        shell.AddScript(script, useLocalScope: false);
        return new RunningScript(With(shell, parameters), Host);
    }

    /// <summary>Starts a script file, to be watched and stopped while it runs.</summary>
    public RunningScript StartFile(string file, IDictionary? parameters = null)
    {
        var shell = System.Management.Automation.PowerShell.Create(Runspace);
        shell.AddCommand(Path.GetFullPath(file, EngineEnvironment.CheckoutRoot), useLocalScope: false);
        return new RunningScript(With(shell, parameters), Host);
    }

    public void Dispose() => Runspace.Dispose();

    private static System.Management.Automation.PowerShell With(System.Management.Automation.PowerShell shell, IDictionary? parameters) =>
        parameters is null ? shell : shell.AddParameters(parameters);
}
