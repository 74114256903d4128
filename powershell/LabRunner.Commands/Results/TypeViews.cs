using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Engine;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>The properties of the public types that PowerShell lists where it cannot show their own view.</summary>
/// <remarks>
/// PowerShell shows an object that follows one of another type in the same pipeline as a list of its default properties, whatever view it
/// has. These are type data, which a module usually brings in a file; but two copies of one build cannot both bring such a file
/// into a session, because its members are "already present" then. Set by code, they replace each other. The cmdlet for that
/// would cost every import the loading of its module, so the session's table is changed directly where the engine lets us.
/// </remarks>
internal static class TypeViews
{
    private static readonly (string Type, string[] Properties)[] Types =
    [
        (nameof(LabOperationResult), ["Name", "Status", "StartTime", "Duration", "Outcome"]),
        (nameof(LabError), ["Message", "FullyQualifiedErrorId", "Category", "PositionMessage"]),
        (nameof(LabRecord), ["Time", "Operation", "Stream", "Data"]),
        (nameof(LabScriptResult), ["Name", "State", "Duration", "Result", "Error"]),
        (nameof(LabActiveOperation), ["Run", "Name", "State", "Since", "WaitingFor"]),
        (nameof(LabOrchestrationReport), ["Name", "Status", "Success", "StartTime", "Duration", "Operations", "RunDirectory", "Error"]),
        (nameof(LabOrchestrationSummary), ["Name", "Status", "Mode", "StartTime", "Duration", "RunDirectory"]),
        ("LabAutomationResult", ["LabName", "Status", "Message", "StartTime", "Duration", "Operations", "ConfigurationPath"]),
        ("LabDeploymentResult", ["ConfigurationPath", "Success", "StartTime", "Duration", "Warnings", "Errors"]),
        (nameof(LabConfigurationTest), ["Path", "LabName", "Valid", "Errors", "Warnings", "Operations"]),
        (nameof(LabConfigFinding), ["Severity", "Id", "Message", "Line", "Column", "Advice"]),
        ("LabDependency", ["Name", "Kind", "Required", "Available", "Version", "Message"]),
        (nameof(LabRunSummary), ["Name", "Status", "StartTime", "Duration", "Directory"]),
        (nameof(LabRunRecord), ["Id", "Name", "Status", "StartTime", "Duration", "Failed", "Skipped", "Source", "Directory", "Parent"]),
        (nameof(LabRunOperation), ["Name", "Status", "StartTime", "Duration", "Attempts", "Error", "SkippedBecause"]),
        (nameof(LabRunError), ["Message", "FullyQualifiedErrorId", "Category", "PositionMessage", "ScriptStackTrace"]),
        (nameof(LabRunOutput), ["Time", "Operation", "Stream", "Text"]),
        (nameof(LabStatus), ["LabName", "Status", "StartTime", "Duration", "Runs"]),
        (nameof(LabStatusReport), ["Timestamp", "Platform", "ConfigurationLoaded", "ParallelSupport", "Labs"]),
        (nameof(ParallelSupport), ["Supported", "PowerShellVersion", "RunspaceSupport", "ThreadJobAvailable", "MaxConcurrency", "Platform", "Details"]),
        (nameof(LabPerformance), ["LabName", "Runs", "SuccessRate", "LastDuration", "AverageDuration", "MaximumDuration", "SlowestOperations"]),
        (nameof(LabRunPerformance), ["Name", "Id", "Duration", "Summary", "Recommendations"]),
        (nameof(LabExecutionPlan), ["Name", "Operations", "Levels", "MaxConcurrency", "Makespan", "CriticalPath"]),
        (nameof(LabPlannedOperation), ["Level", "Name", "Work", "Dependencies", "Priority", "Critical"]),
        (nameof(LabRunnerConfiguration), ["Settings"]),
        (nameof(LabSetting), ["Name", "Value", "Origin", "Allowed"]),
        (nameof(LabHealth), ["Status", "Timestamp", "Checks"]),
        (nameof(LabRunHealth), ["Status", "Checks"]),
        (nameof(LabHealthState), ["Operation", "Check", "Status", "Since", "TimesUnhealthy", "Message", "Remedies"]),
    ];

    /// <summary>Makes them known to the caller's session.</summary>
    internal static void Register(PSCmdlet caller)
    {
        var types = Types.Select(Data).ToArray();
        if (Runspace.DefaultRunspace is { } runspace && EngineMembers.Context.Property?.GetValue(runspace) is { } context && EngineMembers.Types.Property?.GetValue(context) is TypeTable table)
        {
            foreach (var type in types)
            {
                table.AddType(type);
            }

            return;
        }

        caller.InvokeCommand.InvokeScript("param($LabTypes) Microsoft.PowerShell.Utility\\Update-TypeData -TypeData $LabTypes -Force -WhatIf:$false -Confirm:$false", types, null);
    }

    private static TypeData Data((string Type, string[] Properties) type) =>
        new("LabRunner." + type.Type) { IsOverride = true, DefaultDisplayPropertySet = new PropertySetData(type.Properties) };
}
