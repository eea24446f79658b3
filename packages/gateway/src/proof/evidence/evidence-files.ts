/** Names of the files in a folder of evidence. */
export const evidenceFiles = {
  evidence: 'evidence.json',
  junit: 'junit.xml',
  report: 'report.html',
} as const;
