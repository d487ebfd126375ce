import { type ParameterMap, parseParameterMap } from './parameterMap.ts'

/** What the three maps have in common, as SimpleElastix's `GetDefaultParameterMap` gives it. */
const SHARED = `
(FixedImagePyramid "FixedSmoothingImagePyramid")
(MovingImagePyramid "MovingSmoothingImagePyramid")
(Interpolator "LinearInterpolator")
(Optimizer "AdaptiveStochasticGradientDescent")
(Resampler "DefaultResampler")
(ResampleInterpolator "FinalBSplineInterpolator")
(FinalBSplineInterpolationOrder 3)
(NumberOfResolutions 4)
(WriteIterationInfo "false")
(MaximumNumberOfIterations 256)
(ImageSampler "RandomCoordinate")
(NumberOfSpatialSamples 2048)
(CheckNumberOfSamples "true")
(MaximumNumberOfSamplingAttempts 8)
(NewSamplesEveryIteration "true")
(NumberOfSamplesForExactGradient 4096)
(DefaultPixelValue 0)
(AutomaticParameterEstimation "true")
(ResultImageFormat "nii")
(WriteResultImage "true")
`

const TRANSLATION = `
(Registration "MultiResolutionRegistration")
(Transform "TranslationTransform")
(Metric "AdvancedMattesMutualInformation")
(AutomaticTransformInitialization "true")
`

const AFFINE = `
(Registration "MultiResolutionRegistration")
(Transform "AffineTransform")
(Metric "AdvancedMattesMutualInformation")
(AutomaticScalesEstimation "true")
`

const BSPLINE = `
(Registration "MultiMetricMultiResolutionRegistration")
(Transform "BSplineTransform")
(Metric "AdvancedMattesMutualInformation" "TransformBendingEnergyPenalty")
(Metric0Weight 1.0)
(Metric1Weight 1.0)
(GridSpacingSchedule 2.82842712474619 2 1.4142135623731 1)
(FinalGridSpacingInPhysicalUnits 10.0)
`

/** SimpleElastix's 'nonrigid' registration: translation, affine, B-spline. */
export const nonrigidMaps = (): ParameterMap[] =>
  [TRANSLATION, AFFINE, BSPLINE].map(own => parseParameterMap(SHARED + own))
