using System.Management.Automation;
using LabRunner.Cmdlets;
using LabRunner.Errors;
using LabRunner.Operations;

namespace LabRunner.Restarts;

/// <summary>What registering and unregistering have in common.</summary>
public abstract class ResumeRegistrationCommand : QueryCommand
{
    /// <summary>The folder that stands for <c>/</c> of a Linux that is not running, such as a mounted image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    private protected IResumeRegistration Registration() => ResumeRegistration.Of(
        Voice,
        Root is null ? null : CallerPath.Of(Voice, Root, out var why) ?? throw LabRunnerError.Contradiction($"-Root: '{Root}' is not a folder of the file system: {why!.Message.TrimEnd('.')}.", "Correct the path."));

    private protected void Say(string message) => Voice.WriteInformation(new HostInformationMessage { Message = message }, ["PSHOST"]);
}

/// <summary>Has runs that wait for a restart of this machine resumed by the system after it.</summary>
[Cmdlet(VerbsLifecycle.Register, "LabRunResume", SupportsShouldProcess = true)]
public sealed class RegisterLabRunResumeCommand : ResumeRegistrationCommand
{
    /// <inheritdoc/>
    private protected override void Answer()
    {
        var registration = Registration();
        var command = ResumeCommand.Here();
        registration.Check();
        if (Voice.ShouldProcess(registration.Place, "Register, so that runs go on after a restart"))
        {
            Say(registration.Register(command)
                ? $"Registered '{registration.Place}': it resumes the runs that wait for a restart of this machine."
                : $"'{registration.Place}' was registered before.");
        }
    }
}

/// <summary>Takes back what Register-LabRunResume has done.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "LabRunResume", SupportsShouldProcess = true)]
public sealed class UnregisterLabRunResumeCommand : ResumeRegistrationCommand
{
    /// <inheritdoc/>
    private protected override void Answer()
    {
        var registration = Registration();
        if (Voice.ShouldProcess(registration.Place, "Unregister") && !registration.Unregister())
        {
            Say($"'{registration.Place}' is not registered.");
        }
    }
}
