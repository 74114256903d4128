using System.Globalization;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace LabRunner.Host;

/// <summary>What the engine asks of the program that hosts it.</summary>
internal sealed class ConsoleHost(bool nonInteractive) : PSHost, IHostSupportsInteractiveSession
{
    /// <summary>The exit code a script has asked for.</summary>
    public int? ExitCode { get; set; }

    /// <inheritdoc/>
    public override string Name => "LabRunner.Host";

    /// <inheritdoc/>
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <summary>The console.</summary>
    public ConsoleInterface Console { get; } = new(nonInteractive);

    /// <inheritdoc/>
    public override PSHostUserInterface UI => Console;

    /// <inheritdoc/>
    public bool IsRunspacePushed => false;

    /// <inheritdoc/>
    public Runspace? Runspace { get; set; }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("The fallback host has no nested prompt.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new NotSupportedException("The fallback host has no nested prompt.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <inheritdoc/>
    public void PushRunspace(Runspace runspace) => throw new NotSupportedException("The fallback host enters no other runspace.");

    /// <inheritdoc/>
    public void PopRunspace() => throw new NotSupportedException("The fallback host enters no other runspace.");
}
