import { describe, expect, it } from 'vitest'
import { finalMetrics, steadyLog } from '../../../../src/formats/elastix/runLog.ts'

const log = (seconds: number, folder: string) => `elastix is started at Wed Nov 25 09:21:4${seconds} 2026.

which elastix:   elastix
elastix runs at: vm${seconds}
  Linux 6.18.44 (x64), #1 SMP PREEMPT_DYNAMIC @0
  with 24105 MB memory, and 2 cores @ 2445 MHz.

Running elastix with parameter file 0: "${folder}/stage0.txt".
Command line options from ElastixBase:
-f        ${folder}/fixed.mhd
-threads  1
=============== start of ParameterFile: ${folder}/stage0.txt ===============
(NumberOfResolutions 4)
=============== end of ParameterFile: ${folder}/stage0.txt ===============
Reading images took ${seconds}6 ms.
Transform parameters are initialized as: [3.29, -4, 4]
  Computing the Jacobian terms took 0.00086${seconds}s
Resolution: 0
1:ItNr\t2:Metric\t3a:Time\t3b:StepSize\t4:||Gradient||\tTime[ms]
0\t-1.280113\t0.000000\t11.200676\t0.092139\t13${seconds}.0
1\t-1.452908\t0.000000\t11.200676\t0.101800\t2.${seconds}
Time spent in resolution 0 (ITK initialization and iterating): 1.08${seconds} s.
Stopping condition: Maximum number of iterations has been reached.
(InitialTransformParametersFileName "${folder}/TransformParameters.0.txt")
Final metric value  = -1.681094
Time used for running elastix with this parameter file:
  1m3${seconds}.8s.
Total time elapsed: ${seconds}1.2s.
`

describe('steadyLog', () => {
  it('is the same for runs at other times, in other folders, on other machines', () => {
    expect(steadyLog(log(1, '/tmp/a'))).toBe(steadyLog(log(7, '/tmp/bcd')))
  })

  it('keeps what the optimiser did', () => {
    expect(steadyLog(log(1, '/tmp/a'))).toBe(`Running elastix with parameter file 0: "stage0.txt".
Command line options from ElastixBase:
Transform parameters are initialized as: [3.29, -4, 4]
Resolution: 0
1:ItNr\t2:Metric\t3a:Time\t3b:StepSize\t4:||Gradient||
0\t-1.280113\t0.000000\t11.200676\t0.092139
1\t-1.452908\t0.000000\t11.200676\t0.101800
Stopping condition: Maximum number of iterations has been reached.
Final metric value  = -1.681094
`)
  })
})

describe('finalMetrics', () => {
  it('are those of each stage', () => {
    expect(finalMetrics('Final metric value  = -1.5\nx\nFinal metric value  = 2e-3\n')).toEqual([
      { stage: 0, metric: -1.5 },
      { stage: 1, metric: 0.002 },
    ])
    expect(finalMetrics('')).toEqual([])
  })

  it('drops a column of milliseconds for each metric of a table', () => {
    const table = (times: string) =>
      [
        '1:ItNr\t2:Metric\t2:Metric0\t2:Metric1\tTime0[ms]\tTime1[ms]',
        `0\t-1.5\t-1.5\t0.0\t${times}`,
        'Final',
      ].join('\n')
    expect(steadyLog(table('7.3\t119.2'))).toBe(
      '1:ItNr\t2:Metric\t2:Metric0\t2:Metric1\n0\t-1.5\t-1.5\t0.0\nFinal\n',
    )
    expect(steadyLog(table('7.3\t119.2'))).toBe(steadyLog(table('9.9\t1.2')))
  })
})
